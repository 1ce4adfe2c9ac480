"""Looking at many with one request: each answer is used once, only while it is fresh, and never hides an error."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from driftguard import looks
from driftguard.errors import AccessDenied
from driftguard.looks import Looks
from driftguard.model import Gap, Target
from driftguard.ports import Look


def target(name: str, kind: str = "ec2:volume") -> Target:
    return Target("aws", "aws/1/eu-west-1", kind, name, name)


MANY = [target(f"dg-{number}") for number in range(5)]


@dataclass
class Cloud:
    """``ports.Cloud`` and ``ports.ReadsTogether``, three at once; it writes down who was asked about with whom."""

    asked: list[list[str]] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    broken: bool = False
    before: Callable[[], None] = lambda: None
    provider: ClassVar[str] = "aws"
    order: ClassVar[Mapping[str, Sequence[str]]] = {}

    def identity(self) -> str:
        return "aws/1"

    def discover(self) -> Iterator[Target | Gap]:
        yield from ()

    def read(self, target: Target) -> Target | None:
        self.asked.append([target.id])
        if target.id == "dg-secret":
            raise AccessDenied("no")
        return None if target.id in self.gone else target

    def at_once(self, target: Target) -> int:
        return 1 if target.type == "iam:role" else 3

    def read_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        self.before()
        self.asked.append([target.id for target in targets])
        if self.broken:
            raise AccessDenied("one of them is secret")
        return {target.id: self._look(target) for target in targets if target.id not in self.gone}

    def confirm_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        return {target.id: lambda: None for target in targets}

    def _look(self, target: Target) -> Look:
        return lambda: target


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def of(cloud: Cloud, clock: Clock | None = None) -> Looks:
    return Looks(lambda _provider: cloud, clock=clock or Clock())


def test_one_request_tells_about_those_that_come_next() -> None:
    cloud = Cloud()
    look = of(cloud)
    look.expect(MANY, 9)
    assert [look(each) for each in MANY] == MANY
    assert cloud.asked == [["dg-0", "dg-1", "dg-2"], ["dg-3", "dg-4"]]


def test_no_more_are_asked_about_together_than_are_to_be_at_a_time() -> None:
    for most, asked in ((1, [["dg-0"], ["dg-1"], ["dg-2"]]), (2, [["dg-0", "dg-1"], ["dg-2"]])):
        cloud = Cloud()
        look = of(cloud)
        look.expect(MANY[:3], most)
        for each in MANY[:3]:
            look(each)
        assert cloud.asked == asked


def test_a_cloud_that_tells_about_one_at_a_time_is_asked_so() -> None:
    class Plain:
        provider = "aws"

        def read(self, target: Target) -> Target | None:
            return target

    look = Looks(lambda _provider: Plain())  # type: ignore[arg-type,return-value]  # nothing else is asked of it
    look.expect(MANY, 9)
    assert look(MANY[0]) == MANY[0]


def test_what_is_not_in_the_answer_is_gone() -> None:
    look = of(Cloud(gone={"dg-0", "dg-2"}))
    look.expect(MANY, 9)
    assert [look(each) for each in MANY] == [None, MANY[1], None, MANY[3], MANY[4]]


def test_other_types_are_not_asked_about_together() -> None:
    cloud = Cloud()
    look = of(cloud)
    role = target("dg-role", "iam:role")
    look.expect([MANY[0], role, MANY[1]], 9)
    for each in (MANY[0], role, MANY[1]):
        look(each)
    assert cloud.asked == [["dg-0", "dg-1"], ["dg-role"]]


def test_an_answer_serves_once_so_that_a_look_after_a_deletion_is_a_new_one() -> None:
    cloud = Cloud()
    look = of(cloud)
    look.expect(MANY[:2], 9)
    assert look(MANY[0]) == MANY[0]
    cloud.gone = {"dg-0", "dg-1"}
    assert look(MANY[0]) is None
    look.expect(MANY[:2], 9)
    assert look(MANY[1]) is None, "what was answered before the deletions isn't used after them"


def test_an_answer_for_one_that_came_along_serves_once_too() -> None:
    cloud = Cloud()
    look = of(cloud)
    look.expect(MANY[:3], 9)
    assert [look(each) for each in MANY[:2]] == MANY[:2]
    cloud.gone = {"dg-1"}
    assert look(MANY[1]) is None
    assert look(MANY[2]) == MANY[2]
    assert cloud.asked == [["dg-0", "dg-1", "dg-2"], ["dg-1"]]


def test_an_answer_that_has_become_old_is_not_used() -> None:
    cloud, clock = Cloud(), Clock()
    look = of(cloud, clock)
    look.expect(MANY[:3], 9)
    look(MANY[0])
    clock.now += looks.FRESH
    assert look(MANY[1]) == MANY[1]
    cloud.gone = {"dg-2"}
    clock.now += 0.001
    assert look(MANY[2]) is None
    assert cloud.asked == [["dg-0", "dg-1", "dg-2"], ["dg-2"]]


def test_an_answer_that_came_too_late_to_be_fresh_is_asked_for_alone() -> None:
    cloud, clock = Cloud(), Clock()
    cloud.before = lambda: setattr(clock, "now", clock.now + looks.FRESH + 1)
    look = of(cloud, clock)
    look.expect(MANY[:2], 9)
    assert look(MANY[0]) == MANY[0]
    assert cloud.asked == [["dg-0", "dg-1"], ["dg-0"]]


def test_where_many_cannot_be_told_about_each_is_asked_about_alone() -> None:
    cloud = Cloud(broken=True)
    look = of(cloud)
    secret = target("dg-secret")
    look.expect([*MANY[:2], secret], 9)
    assert [look(each) for each in MANY[:2]] == MANY[:2]
    with pytest.raises(AccessDenied, match="no"):
        look(secret)
    assert cloud.asked == [["dg-0", "dg-1", "dg-secret"], ["dg-0"], ["dg-1"], ["dg-secret"]]


def test_what_nobody_expected_is_asked_about_alone() -> None:
    cloud = Cloud()
    assert of(cloud)(MANY[0]) == MANY[0]
    assert cloud.asked == [["dg-0"]]


def test_for_a_plan_the_cloud_is_asked_to_confirm() -> None:
    look = Looks(lambda _provider: Cloud(), looks.for_a_plan)
    assert look(MANY[0]) is None


def test_threads_wait_for_one_answer_instead_of_asking_again() -> None:
    cloud, begun, go_on = Cloud(), threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go_on.wait(10)

    cloud.before = hold
    look = of(cloud)
    look.expect(MANY[:3], 9)
    found: list[Target | None] = []
    threads = [threading.Thread(target=lambda each=each: found.append(look(each))) for each in MANY[:3]]
    threads[0].start()
    assert begun.wait(10)
    for thread in threads[1:]:
        thread.start()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert sorted(each.id for each in found if each) == ["dg-0", "dg-1", "dg-2"]
    assert len(cloud.asked) == 1


def test_threads_wait_for_an_answer_that_is_late_and_then_ask_alone() -> None:
    cloud, clock, begun, go_on = Cloud(), Clock(), threading.Event(), threading.Event()

    def hold() -> None:
        begun.set()
        assert go_on.wait(10)

    cloud.before = hold
    look = of(cloud, clock)
    look.expect(MANY[:3], 9)
    found: list[Target | None] = []
    threads = [threading.Thread(target=lambda each=each: found.append(look(each))) for each in MANY[:3]]
    threads[0].start()
    assert begun.wait(10)
    clock.now += looks.FRESH + 1
    for thread in threads[1:]:
        thread.start()
    joined = time.monotonic() + 10
    while any(group.unused for groups in look._groups.values() for group in groups) and time.monotonic() < joined:
        time.sleep(0)
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert len(found) == 3
    assert cloud.asked[0] == ["dg-0", "dg-1", "dg-2"]
    assert sorted(cloud.asked[1:]) == [["dg-0"], ["dg-1"], ["dg-2"]]
