"""Parallel calls: bounded, timed, never waited for beyond their time."""

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from driftguard import lanes

FAR = 1e12


def run(
    calls: list[lanes.Call[int]], width: int = 4, timeout: float = 60, deadline: float = FAR
) -> list[lanes.Ended[int]]:
    return sorted(lanes.run(calls, width=width, timeout=timeout, deadline=deadline), key=lambda end: end.index)


def test_every_call_ends_once_with_its_value_or_its_error() -> None:
    def fail(_: lanes.Ticket) -> int:
        raise ValueError("no")

    ends = run([lambda _: 1, fail, lambda _: 3])
    assert [end.value for end in ends] == [1, None, 3]
    assert isinstance(ends[1].error, ValueError)


def test_no_more_calls_run_at_a_time_than_the_width_allows() -> None:
    lock, running, most = threading.Lock(), 0, 0

    def call(_: lanes.Ticket) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.002)
        with lock:
            running -= 1
        return 0

    assert len(run([call] * 40, width=3)) == 40
    assert most <= 3


def test_a_call_that_hangs_is_given_up_and_holds_nobody_else() -> None:
    release = threading.Event()
    tickets = []

    def hang(ticket: lanes.Ticket) -> int:
        tickets.append(ticket)
        release.wait(30)
        return 0

    ends = run([hang, lambda _: 7], width=1, timeout=0.05)
    release.set()
    assert (ends[0].timed_out, ends[0].begun) == (True, True)
    assert tickets[0].revoked
    assert ends[1].value == 7


def test_what_has_not_begun_by_the_deadline_never_begins() -> None:
    began = [1]
    ends = run([lambda _: began.pop()] * 3, deadline=time.monotonic() - 1)
    assert began == [1]
    assert [(end.timed_out, end.begun) for end in ends] == [(True, False)] * 3


def test_an_interrupt_lets_what_is_under_way_finish() -> None:
    def until_revoked(ticket: lanes.Ticket) -> int:
        while not ticket.revoked:
            time.sleep(0.001)
        return 1

    work = lanes._Lanes([until_revoked], timeout=60, deadline=FAR)
    work.start(0)
    assert [end.value for end in work.drain()] == [1]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """A terminal's Ctrl-C counts, also where whoever started the tests ignores it, as `nohup` and `&` do."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
def test_an_interrupt_starts_nothing_more_and_goes_on_up() -> None:
    began: list[int] = []

    def ctrl_c(_: lanes.Ticket) -> int:
        began.append(1)
        signal.raise_signal(signal.SIGINT)  # delivered to the main thread, as a terminal does
        return 1

    with pytest.raises(KeyboardInterrupt):
        run([ctrl_c, ctrl_c, ctrl_c], width=1)
    assert began == [1]


def test_closing_the_iterator_revokes_what_still_runs() -> None:
    tickets: list[lanes.Ticket] = []
    started, release = threading.Event(), threading.Event()

    def hang(ticket: lanes.Ticket) -> int:
        tickets.append(ticket)
        started.set()
        release.wait(30)
        return 0

    def quick(_: lanes.Ticket) -> int:
        started.wait(30)
        return 1

    ends = lanes.run([hang, quick], width=2, timeout=60, deadline=FAR)
    assert next(iter(ends)).value == 1
    ends.close()  # type: ignore[attr-defined]  # a generator, as every caller's for loop closes it
    release.set()
    assert tickets[0].revoked
