"""Order, passes, pauses and what is left over."""

import functools
import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard import lanes, passes
from driftguard.model import Action, Outcome, Risk, Status, Target

HERE = Target("aws", "aws/1/eu-west-1", "sqs:queue", "id", "dg-x")


def action(name: str, *after: str) -> Action:
    return Action(name, "delete_resource", HERE, Risk.DESTROY, "expired", after)


def pace(seconds: float = 1e9, pauses: list[float] | None = None) -> passes.Pace:
    taken = pauses if pauses is not None else []
    return passes.Pace(4, 60, time.monotonic() + seconds, sleep=taken.append)


def applied(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome:
    return Outcome(action.id, Status.APPLIED, number)


def test_an_action_begins_only_after_all_it_names_have_ended() -> None:
    order = []

    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome:
        order.append(action.id)
        return Outcome(action.id, Status.APPLIED, number)

    actions = [action("vpc", "subnet", "group"), action("subnet", "vm"), action("group", "vm"), action("vm")]
    assert len(list(passes.work_through(actions, attempt, pace()))) == 4
    assert order[0] == "vm"
    assert order[-1] == "vpc"


def test_an_action_that_waits_for_something_outside_the_plan_does_not_wait() -> None:
    assert [o.status for o in passes.work_through([action("a", "elsewhere")], applied, pace())] == [Status.APPLIED]


def test_what_is_still_in_use_is_tried_again_in_the_next_pass() -> None:
    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome | passes.Held:
        return passes.Held(action.id, "in use by b") if number < 3 else Outcome(action.id, Status.APPLIED, number)

    pauses: list[float] = []
    [outcome] = passes.work_through([action("a")], attempt, pace(pauses=pauses))
    assert (outcome.status, outcome.attempts) == (Status.APPLIED, 3)
    assert pauses == [1.0, 5.0]


def test_what_is_on_its_way_out_is_looked_at_until_it_is_gone() -> None:
    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome | passes.Held:
        gone = number == 7
        return Outcome(action.id, Status.APPLIED, number) if gone else passes.Held(action.id, "deleting", takes=1e9)

    pauses: list[float] = []
    [outcome] = passes.work_through([action("a")], attempt, pace(pauses=pauses))
    assert (outcome.status, outcome.attempts) == (Status.APPLIED, 7)
    assert pauses == [*passes.SETTLE, passes.SLOWLY, passes.SLOWLY, passes.SLOWLY]


def test_it_is_not_asked_about_again_at_once_because_others_moved() -> None:
    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome | passes.Held:
        gone = action.id == "quick" or number == 2
        return Outcome(action.id, Status.APPLIED, number) if gone else passes.Held(action.id, "deleting", takes=1e9)

    pauses: list[float] = []
    outcomes = list(passes.work_through([action("slow"), action("quick")], attempt, pace(pauses=pauses)))
    assert [outcome.action_id for outcome in outcomes] == ["quick", "slow"]
    assert pauses == [passes.SETTLE[0]]


def test_what_takes_longer_than_it_may_is_given_up_like_what_is_in_use() -> None:
    pauses: list[float] = []
    held = functools.partial(passes.Held, error="deleting", takes=1e-9)
    [outcome] = passes.work_through([action("a")], lambda a, *_: held(a.id), pace(pauses=pauses))
    assert (outcome.status, outcome.error) == (Status.FAILED, "deleting")
    assert pauses == list(passes.SETTLE)


def test_before_each_pass_it_is_told_which_actions_begin() -> None:
    told: list[list[str]] = []
    actions = [action("vpc", "subnet"), action("subnet"), action("queue")]
    list(passes.work_through(actions, applied, pace(), lambda ready: told.append([a.id for a in ready])))
    assert told == [["subnet", "queue"], ["vpc"]]


def test_when_nothing_moves_any_more_the_last_reason_is_the_outcome() -> None:
    pauses: list[float] = []
    [outcome] = passes.work_through([action("a")], lambda a, *_: passes.Held(a.id, "in use by b"), pace(pauses=pauses))
    assert (outcome.status, outcome.error) == (Status.FAILED, "in use by b")
    assert outcome.attempts == 4
    assert pauses == list(passes.SETTLE)


def test_what_stays_in_use_holds_up_nothing_but_itself() -> None:
    """Somebody else's machine holds one interface of ours; every network that comes after interfaces still goes."""

    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome | passes.Held:
        in_use = action.id == "interface"
        return passes.Held(action.id, "in use by others") if in_use else Outcome(action.id, Status.APPLIED, number)

    pauses: list[float] = []
    actions = [action("vpc", "subnet", "interface"), action("subnet", "interface"), action("interface")]
    outcomes = list(passes.work_through(actions, attempt, pace(pauses=pauses)))
    assert [(outcome.action_id, outcome.status) for outcome in outcomes] == [
        ("subnet", Status.APPLIED),
        ("vpc", Status.APPLIED),
        ("interface", Status.FAILED),
    ]
    assert pauses == [*passes.SETTLE, *passes.SETTLE]


def test_what_is_on_its_way_out_still_holds_up_what_comes_after_it() -> None:
    def attempt(action: Action, number: int, _ticket: lanes.Ticket) -> Outcome | passes.Held:
        gone = action.id == "role" or number > 2 * len(passes.SETTLE)
        return Outcome(action.id, Status.APPLIED, number) if gone else passes.Held(action.id, "deleting", takes=1e9)

    outcomes = list(passes.work_through([action("role", "stack"), action("stack")], attempt, pace()))
    assert [outcome.action_id for outcome in outcomes] == ["stack", "role"]


def test_what_waited_for_something_stuck_has_all_of_the_pauses_for_itself() -> None:
    pauses: list[float] = []
    actions = [action("subnet"), action("vpc", "subnet")]
    outcomes = list(passes.work_through(actions, lambda a, *_: passes.Held(a.id, "in use"), pace(pauses=pauses)))
    assert [(outcome.action_id, outcome.error) for outcome in outcomes] == [("subnet", "in use"), ("vpc", "in use")]
    assert pauses == [*passes.SETTLE, *passes.SETTLE]


def test_a_circle_of_dependencies_ends_and_names_it() -> None:
    outcomes = list(passes.work_through([action("a", "b"), action("b", "a")], applied, pace()))
    assert [outcome.error for outcome in outcomes] == [
        "waits for b, which never ended",
        "waits for a, which never ended",
    ]


def test_of_many_that_something_waits_for_a_few_are_named() -> None:
    actions = [action("vpc", *"abcde"), *(action(name, name) for name in "abcde")]
    said = {outcome.action_id: outcome.error for outcome in passes.work_through(actions, applied, pace())}
    assert said["vpc"] == "waits for a, b, c and 2 more, which never ended"
    late = {outcome.action_id: outcome.error for outcome in passes.work_through(actions, applied, pace(-1))}
    assert late["vpc"] == "the run's deadline came first; it waits for a, b, c and 2 more, which never ended"


def test_after_the_deadline_everything_left_is_said_to_be_left() -> None:
    outcomes = list(passes.work_through([action("a"), action("b")], applied, pace(seconds=-1)))
    never = (Status.FAILED, 0, "the run's deadline came first")
    assert [(outcome.status, outcome.attempts, outcome.error) for outcome in outcomes] == [never, never]


def test_what_a_pass_had_no_time_to_begin_is_said_to_be_left() -> None:
    late = passes.Pace(1, 60, time.monotonic() - 1, clock=lambda: float("-inf"))
    [outcome] = passes.work_through([action("a")], applied, late)
    assert (outcome.status, outcome.error) == (Status.FAILED, "the run's deadline came first")


def test_a_pause_is_never_longer_than_what_is_left_of_the_time() -> None:
    taken: list[float] = []
    at = passes.Pace(1, 60, 100.0, sleep=taken.append, clock=lambda: 97.5)
    for idle in (1, 2, 99):
        at.pause(idle)
    replace(at, clock=lambda: 103.0).pause(1)
    assert taken == [1.0, 2.5, 2.5, 0.0]


@pytest.mark.parametrize(("now", "over"), [(99.9, False), (100.0, True), (100.1, True)])
def test_at_its_deadline_the_time_is_over(now: float, over: bool) -> None:
    assert passes.Pace(1, 60, 100.0, clock=lambda: now).over is over


def test_an_attempt_that_raises_ends_the_work() -> None:
    def attempt(*_: object) -> Outcome:
        raise RuntimeError("the trail is full")

    with pytest.raises(RuntimeError, match="the trail is full"):
        list(passes.work_through([action("a"), action("b")], attempt, pace()))


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.sets(st.integers(0, 12), max_size=4)),
        unique_by=lambda item: item[0],
        max_size=12,
    )
)
def test_whatever_the_dependencies_each_action_ends_exactly_once(graph: list[tuple[int, set[int]]]) -> None:
    actions = [action(str(node), *map(str, after)) for node, after in graph]
    outcomes = list(passes.work_through(actions, applied, pace()))
    assert sorted(outcome.action_id for outcome in outcomes) == sorted(a.id for a in actions)
