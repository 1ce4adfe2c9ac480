"""Answers in one instant, whatever the order of their reads and writes: the check ends right, and never green early."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage.contracts_world import World, names, policy

CONSUMERS = names(3)
SAYS = st.sampled_from(["passed", "passed", "passed", "failed", "crashed", "running"])
bursts = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 12)), max_size=10)
schedules = bursts.map(lambda drawn: [run for run, steps in drawn for _ in range(steps)])
"""Whose turn it is: some steps of one run, then some of another."""


def world(*, required: int = 3) -> World:
    made = World(policy([{"repo": name, "required": index < required} for index, name in enumerate(CONSUMERS)]))
    made.opened()
    return made


def never_green_early(made: World, required: int = 3) -> None:
    if made.together == "success":
        assert [made.shown(name) for name in CONSUMERS[:required] if made.shown(name) != "passed"] == []


@settings(max_examples=40, deadline=None)
@given(st.tuples(SAYS, SAYS, SAYS), schedules)
def test_answers_at_once_leave_the_check_as_all_of_them_say(says: tuple[str, str, str], schedule: list[int]) -> None:
    made = world()
    answers = [made.answer(name, word) for name, word in zip(CONSUMERS, says, strict=True)]
    made.at_once(answers, schedule, lambda: never_green_early(made))
    red, waiting = {"failed", "crashed"} & set(says), "running" in says
    assert made.together == ("failure" if red else "" if waiting else "success")


@pytest.mark.parametrize("steps", range(14))
def test_a_run_that_is_held_up_after_any_step_takes_nothing_back(steps: int) -> None:
    """The other one goes all the way meanwhile."""
    made = world(required=2)
    answers = [made.answer(name) for name in CONSUMERS[:2]]
    made.at_once(answers, [0] * steps + [1] * 40, lambda: never_green_early(made, 2))
    assert made.together == "success"


@settings(max_examples=25, deadline=None)
@given(schedules)
def test_a_slow_run_that_says_running_takes_no_answer_back(schedule: list[int]) -> None:
    made = world(required=1)
    first = CONSUMERS[0]
    made.at_once(
        [made.answer(first, "running"), made.answer(first, "passed")], schedule, lambda: never_green_early(made, 1)
    )
    assert made.together == "success"
    made.swept()
    assert made.shown(first) == "passed"


@settings(max_examples=25, deadline=None)
@given(schedules)
def test_of_two_final_answers_at_once_the_first_written_counts_for_good(schedule: list[int]) -> None:
    made = world(required=1)
    first = CONSUMERS[0]
    made.at_once([made.answer(first, "failed"), made.answer(first, "passed")], schedule, lambda: None)
    counted = made.statuses[0].description
    made.swept()
    assert made.shown(first) == counted
    assert made.together == ("success" if counted == "passed" else "failure")
