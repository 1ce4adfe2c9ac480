"""Three hundred consumers on a simulated clock: no window of GitHub's limits overflows, and nobody is forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from stage.contracts_world import START, World, names, policy, void

from driftguard.cross_repo.budget import AN_HOUR
from driftguard.cross_repo.pace import Pacer

COST = {"GET": 1}


def paced(count: int, **limits: str) -> World:
    """A world whose clock moves on while a request waits for its turn."""
    made = World(policy([{"repo": name, "timeout": "2h"} for name in names(count)], **limits))

    def clock() -> float:
        return (made.now - START).total_seconds()

    def sleep(seconds: float) -> None:
        made.now += timedelta(seconds=seconds)

    made.turn = Pacer(clock, sleep).turn
    return made


def most(times: Sequence[tuple[datetime, int]], window: timedelta) -> int:
    """The most points in any window."""
    begin, held, worst = 0, 0, 0
    for at, cost in times:
        held += cost
        while times[begin][0] <= at - window:
            held -= times[begin][1]
            begin += 1
        worst = max(worst, held)
    return worst


def within_limits(made: World) -> None:
    requests = sorted((at, verb) for verb, at in made.requests)
    writes = [(at, 1) for at, verb in requests if verb != "GET"]
    points = [(at, COST.get(verb, 5)) for at, verb in requests]
    assert most(writes, timedelta(minutes=1)) <= 80
    assert most(writes, timedelta(hours=1)) <= 500
    assert most(points, timedelta(minutes=1)) <= 900


def test_three_hundred_are_asked_within_every_limit_and_all_together_say_what_each_says() -> None:
    made = paced(300)
    made.opened()
    assert (made.questions, len(made.asked)) == (300, 300)
    assert made.now - START < timedelta(minutes=4)
    within_limits(made)
    for name in list(made.asked)[:12]:
        made.hears(made.answer(name))
    assert made.together == ""
    made.hears(made.answer(list(made.asked)[12], "failed"))
    assert made.together == "failure"


def test_what_an_hour_cannot_hold_is_queued_said_and_asked_by_the_next_sweep() -> None:
    made = paced(AN_HOUR + 60)
    report = made.opened()
    assert made.questions == AN_HOUR
    assert "60 consumers are asked by the next sweep" in "\n".join(report.notes)
    assert made.together == ""
    within_limits(made)
    made.now += timedelta(hours=1)
    made.swept()
    assert len(made.asked) == AN_HOUR + 60
    within_limits(made)


def test_a_run_asks_no_more_than_its_deadline_holds() -> None:
    made = paced(300, deadline="2m")
    report = made.opened()
    assert made.questions == 160
    assert "140 consumers are asked by the next sweep" in "\n".join(report.notes)


@pytest.mark.parametrize("count", [1, 2])
def test_the_last_one_left_over_is_still_required(count: int) -> None:
    """A queued consumer holds the check as one does that was asked."""
    made = paced(AN_HOUR + count)
    made.opened()
    assert made.together == ""
    assert "queued" in made.summary


def test_whatever_hundreds_of_consumers_say_the_check_run_takes_it() -> None:
    """GitHub refuses a summary of more than 65,535 characters, and the check would stand still for ever."""
    made = paced(70)
    made.opened()
    made.turn = void
    for name in list(made.asked)[:40]:
        made.hears(made.answer(name, "failed", {"why": "&<|@" * 60, "link": "https://run/" + "x" * 250}))
    assert len(made.summary.encode()) < 65_000
    assert "30 asked" in made.summary
    assert made.together == "failure"
