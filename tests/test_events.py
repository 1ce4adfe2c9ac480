"""From what GitHub sends, or from a git range, to an Event."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage.webhooks import examples

from driftguard import events
from driftguard.errors import UsageError
from driftguard.model import Event
from driftguard.policy import EVENT_NAMES

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["action", "pull_request", "head", "sha", "ref", "sender", "login"]), inner)
    ),
    max_leaves=15,
)


def clock() -> datetime:
    return NOW


def from_webhook(name: str, payload: object, environ: dict[str, str] | None = None) -> Event:
    return events.from_webhook(name, json.dumps(payload).encode(), environ or {}, clock)


def test_every_example_that_github_publishes_becomes_an_event() -> None:
    found = [from_webhook(name, payload) for name, payload in examples()]
    assert len(found) == 329
    assert {event.kind.partition(".")[0] for event in found} <= EVENT_NAMES
    with_repository = [payload for _, payload in examples() if "repository" in payload]
    assert sum(bool(event.repo) for event in found) >= len(with_repository)


def test_a_pull_request_is_about_its_head_not_the_merge_commit() -> None:
    payload = next(p for name, p in examples() if name == "pull_request" and p["action"] == "opened")
    event = from_webhook("pull_request", payload, {"GITHUB_SHA": "f" * 40})
    assert event.kind == "pull_request.opened"
    assert event.sha == payload["pull_request"]["head"]["sha"]
    assert (event.repo, event.actor) == (payload["repository"]["full_name"], payload["sender"]["login"])


def test_a_schedule_has_almost_no_payload_and_actions_variables_say_the_rest() -> None:
    environ = {"GITHUB_REPOSITORY": "acme/shop", "GITHUB_SHA": "a" * 40, "GITHUB_ACTOR": "alice", "GITHUB_RUN_ID": "7"}
    event = from_webhook("schedule", {"schedule": "0 3 * * *"}, environ)
    assert (event.kind, event.repo, event.sha, event.actor) == ("schedule", "acme/shop", "a" * 40, "alice")
    assert (event.id, event.occurred_at) == ("7.1", NOW)


def test_an_empty_payload_is_a_payload() -> None:
    assert events.from_webhook("workflow_dispatch", b"", {}, clock).kind == "workflow_dispatch"


def test_a_repeat_of_one_delivery_has_the_same_id() -> None:
    assert from_webhook("push", {"ref": "x"}).id == from_webhook("push", {"ref": "x"}).id
    assert from_webhook("push", {"ref": "x"}).id != from_webhook("push", {"ref": "y"}).id


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"{", "not JSON"),
        (b"[]", "not a JSON object"),
        (b"\xff", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b" " * (events.MAX_PAYLOAD + 1), "GitHub sends at most"),
    ],
)
def test_what_is_no_payload_is_said(payload: bytes, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        events.from_webhook("push", payload, {}, clock)


def test_no_event_at_all_says_what_to_give() -> None:
    with pytest.raises(UsageError, match="--event-name"):
        events.from_webhook("", b"{}", {}, clock)


@given(st.sampled_from(sorted(EVENT_NAMES)), json_values)
def test_whatever_stands_in_a_payload_no_control_character_gets_through(name: str, value: object) -> None:
    payload = value if isinstance(value, dict) else {"action": value}
    event = from_webhook(name, payload)
    for text in (event.kind, event.repo, event.ref, event.sha, event.actor):
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text)


def test_a_control_character_in_a_branch_name_is_gone() -> None:
    payload = {"pull_request": {"head": {"ref": "a\x1b[31m\nb", "sha": "a" * 40}}}
    assert from_webhook("pull_request", payload).ref == "a[31mb"
