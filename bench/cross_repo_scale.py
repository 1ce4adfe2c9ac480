"""A contract with hundreds of consumers: `python bench/cross_repo_scale.py [300]`.

The real engine, gate and planner ask them all over GitHub in memory, on a simulated clock that moves on while a request
waits for its turn; then each answers 'running' and 'passed', a run an answer. Says how long the asking takes, the
fullest windows, what an answer costs in requests, and this process's peak memory. Target: 300 consumers, no window
over GitHub's limits, under 100 MB.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from stage.contracts_world import START, World, names, policy

from driftguard.cross_repo.pace import Pacer

LARGEST = 100
LIMITS = {"writes a minute": 80, "writes an hour": 500, "points a minute": 900}


def main(count: int) -> int:
    world = World(policy([{"repo": name, "timeout": "2h"} for name in names(count)]))
    begun = time.process_time()
    world.turn = Pacer(lambda: seconds(world), lambda wait: sleep(world, wait)).turn
    world.opened()
    asked, lasted = len(world.asked), world.now - START
    fullest = windows(world.requests)
    world.turn, sent = (lambda _verb: None), len(world.requests)
    for name in names(count):
        world.hears(world.answer(name, "running"))
        world.hears(world.answer(name))
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    answers = (len(world.requests) - sent) / count
    print(f"{asked} of {count} consumers asked in {lasted.total_seconds():.0f} s of the simulated clock")
    print("fullest windows: " + ", ".join(f"{fullest[name]} of {most} {name}" for name, most in LIMITS.items()))
    print(f"all passed: the check says '{world.together}'; {answers:.1f} requests a consumer for its two answers")
    print(f"{used:.0f} MB at most (target: {LARGEST}), {time.process_time() - begun:.1f} s of processor time")
    within = all(fullest[name] <= most for name, most in LIMITS.items())
    return 0 if within and world.together == "success" and used < LARGEST else 1


def seconds(world: World) -> float:
    return (world.now - START).total_seconds()


def sleep(world: World, wait: float) -> None:
    world.now += timedelta(seconds=wait)


def windows(requests: Sequence[tuple[str, datetime]]) -> dict[str, int]:
    writes = sorted((at, 1) for verb, at in requests if verb != "GET")
    points = sorted((at, 1 if verb == "GET" else 5) for verb, at in requests)
    minute, hour = timedelta(minutes=1), timedelta(hours=1)
    fullest = (most(writes, minute), most(writes, hour), most(points, minute))
    return dict(zip(LIMITS, fullest, strict=True))


def most(points: Sequence[tuple[datetime, int]], window: timedelta) -> int:
    """The most in any window; what is exactly a window old counts no more."""
    begin, held, worst = 0, 0, 0
    for at, cost in points:
        held += cost
        while points[begin][0] <= at - window:
            held -= points[begin][1]
            begin += 1
        worst = max(worst, held)
    return worst


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
