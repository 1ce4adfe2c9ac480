"""Whatever happens to a pull request's questions: the check is green only when all who must have passed."""

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from stage.contracts_world import MINUTE, START, World, names, policy

from driftguard.forge import Override, Scope

CONSUMERS = names(3)
REQUIRED = CONSUMERS[:2]
Happening = Callable[[World], None]


def world() -> World:
    asked = [{"repo": name, "required": name in REQUIRED, "timeout": "30m"} for name in CONSUMERS]
    made = World(policy(asked))
    made.opened()
    return made


def answers(name: str, says: str, changed: dict[str, str]) -> Happening:
    def happens(made: World) -> None:
        if name in made.asked:
            if says == "passed" and not changed:
                made.truths.add((name, str(made.asked[name]["sha"])))
            made.hears(made.answer(name, says, changed))

    return happens


def pushes(content: bytes) -> Happening:
    def happens(made: World) -> None:
        made.push("cd"[len(made.checks) % 2] * 40, content)
        made.opened()

    return happens


def passes(minutes: int) -> Happening:
    def happens(made: World) -> None:
        made.now += timedelta(minutes=minutes)

    return happens


def loses(name: str) -> Happening:
    return lambda made: made.unreachable.symmetric_difference_update({name})


FORGED = st.sampled_from(
    [{}, {}, {}, {"nonce": "guessed-and-wrong"}, {"sha": "e" * 40}, {"digest": "f" * 64}, {"consumer": CONSUMERS[1]}]
)
HAPPENINGS = st.one_of(
    st.builds(answers, st.sampled_from(CONSUMERS), st.sampled_from(["passed", "passed", "failed", "running"]), FORGED),
    st.builds(pushes, st.sampled_from([b"new", b"newer"])),
    st.builds(passes, st.integers(1, 40)),
    st.builds(loses, st.sampled_from(CONSUMERS)),
    st.just(lambda made: void(made.swept())),
    st.just(lambda made: void(made.opened())),
)


def void(_: object) -> None:
    """For a lambda that must return nothing."""


@settings(max_examples=40, deadline=None)
@given(st.lists(HAPPENINGS, max_size=10))
def test_never_green_while_a_required_consumer_has_not_passed(happenings: list[Happening]) -> None:
    made = world()
    for happens in happenings:
        happens(made)
        if made.together == "success":
            assert {(name, made.head) for name in REQUIRED} <= made.truths


def test_silence_turns_red_in_the_sweep_and_a_late_answer_changes_nothing() -> None:
    made = world()
    made.now += 31 * MINUTE
    made.swept()
    assert (made.together, made.shown(CONSUMERS[0])) == ("failure", "silent: no answer in time")
    report = made.hears(made.answer(CONSUMERS[0]))
    assert "already" in report.notes[0]
    assert made.together == "failure"


def test_a_waiver_turns_it_green_and_its_end_red_again() -> None:
    made = world()
    for name, says in zip(REQUIRED, ("passed", "failed"), strict=True):
        made.hears(made.answer(name, says))
    assert made.together == "failure"
    until = START + 60 * MINUTE
    made.overrides = (Override(Scope.CONSUMER, "alice", "known", START, until, 7, made.head, 1, consumer=REQUIRED[1]),)
    made.opened()
    assert made.together == "success"
    made.overrides, made.now = (), until
    made.swept()
    assert made.together == "failure"


def test_a_moved_head_is_asked_anew_and_old_answers_count_no_longer() -> None:
    made = world()
    old = made.answer(CONSUMERS[0])
    made.push("c" * 40, b"newer")
    made.opened()
    assert made.questions == 6
    assert "changes nothing" in made.hears(old).notes[0]
    assert made.together == ""


def test_a_consumer_asked_once_more_is_believed_by_its_new_nonce_alone() -> None:
    made = world()
    made.hears(made.answer(CONSUMERS[0], "crashed"))
    old = made.answer(CONSUMERS[0])
    made.opened(**{"driftguard:again": True})
    assert made.together == ""
    assert "forged" in made.hears(old).notes[0]
    for name in REQUIRED:
        made.hears(made.answer(name))
    assert made.together == "success"


def test_two_runs_that_ask_at_once_lose_no_question() -> None:
    """Both pages stand; the later question to one consumer counts."""
    made = World(policy([{"repo": name} for name in CONSUMERS]))
    made.opened()
    first = made.checks.copy()
    made.checks.clear()
    made.opened()
    made.checks[:] = [*first, *({**check, "id": check["id"] + len(first)} for check in made.checks)]
    for name in CONSUMERS[:2]:
        made.hears(made.answer(name))
    assert made.together == ""
    made.hears(made.answer(CONSUMERS[2]))
    assert made.together == "success"
