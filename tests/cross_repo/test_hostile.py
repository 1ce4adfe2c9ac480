"""What strangers send: no payload breaks a run, is believed without its nonce, or runs what no policy lists."""

from datetime import UTC, datetime
from typing import Any

from fakes.nobody import nothing_but
from hypothesis import given, settings
from hypothesis import strategies as st
from stage.contracts_world import World, names, policy

from driftguard.cross_repo.serving import serve
from driftguard.model import Event, Plan
from driftguard.policy import Policy

[WEB] = names(1)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
texts = st.text(st.characters(), max_size=40)
plain = st.one_of(st.none(), st.booleans(), st.integers(-(10**25), 10**25), st.floats(), texts)
things = st.recursive(plain, lambda inner: st.one_of(st.lists(inner), st.dictionaries(texts, inner)), max_leaves=8)
FIELDS = ("consumer", "contract", "sha", "digest", "nonce", "pull_request", "says", "why", "link")
HARMLESS = {"why", "link"}

CONSUMER = Policy.model_validate(
    {
        "version": 1,
        "cross_repo": {"answers": [{"origin": "acme/shop", "contract": "orders", "command": ["make", "check"]}]},
    }
)
QUESTION = {
    "origin": "acme/shop",
    "contract": "orders",
    "sha": "a" * 40,
    "digest": "d" * 64,
    "nonce": "n" * 43,
    "consumer": "acme/web",
    "pull_request": 7,
    "paths": ["api/a.json"],
}


def asked() -> World:
    made = World(policy([{"repo": WEB}]))
    made.opened()
    return made


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), things, min_size=1, max_size=3))
def test_an_answer_with_anything_else_in_it_breaks_nothing_and_is_not_believed(changed: dict[str, Any]) -> None:
    made = asked()
    report = made.hears({**made.answer(WEB), **changed})
    assert report.gaps == ()
    assert [outcome.error for outcome in report.outcomes if outcome.error] == []
    if not set(changed) <= HARMLESS and made.together == "success":
        assert {name: value for name, value in made.answer(WEB).items() if name not in HARMLESS} == {
            name: value for name, value in {**made.answer(WEB), **changed}.items() if name not in HARMLESS
        }
    "".join([*report.notes, *(one.description for one in made.statuses), made.summary]).encode()


WAITING = World(policy([{"repo": WEB}]))
"""Nobody was asked: for what is read before that matters."""


@given(things)
def test_an_answer_that_is_no_answer_at_all_is_noted(payload: Any) -> None:
    report = WAITING.run(WAITING.event("repository_dispatch.driftguard-verdict", client_payload=payload))
    assert report.gaps == ()
    assert "an answer changes nothing" in report.notes[0]


def served(kind: str, payload: dict[str, Any]) -> Plan:
    event = Event("1", kind, "acme/web", "main", "c" * 40, "mallory", NOW, payload)
    return serve(event, nothing_but(policy=CONSUMER, run_url=""))


@given(st.dictionaries(st.sampled_from([*QUESTION, "command"]), things, min_size=1, max_size=3))
def test_a_question_with_anything_else_in_it_runs_the_policy_s_command_or_nothing(changed: dict[str, Any]) -> None:
    for action in served(
        "repository_dispatch.driftguard-contract", {"client_payload": {**QUESTION, **changed}}
    ).actions:
        assert action.body["command"] == ["make", "check"]
        assert action.target.name == "acme/shop"


@given(things)
def test_a_question_that_is_none_runs_nothing(payload: Any) -> None:
    assert served("repository_dispatch.x", {"client_payload": payload}).actions == ()
    assert served("workflow_dispatch", {"inputs": payload}).actions == ()
    assert served("workflow_dispatch", {"inputs": {"question": payload}}).actions == ()


def test_a_whole_question_is_served() -> None:
    """The others would pass if nothing ever were."""
    assert len(served("repository_dispatch.driftguard-contract", {"client_payload": QUESTION}).actions) == 1


def test_words_of_a_consumer_can_draw_no_table_link_or_mention() -> None:
    made = asked()
    made.hears(made.answer(WEB, "failed", {"why": "| a | <img src=x> @everyone\n| b [x](https://evil)", "link": "x"}))
    assert "<img" not in made.summary
    assert "@everyone" not in made.summary
    assert "](https://evil" not in made.summary
    assert made.summary.count("\n| orders") == 1
