"""Bounded parallel calls, each with its own time limit.

Unlike ``concurrent.futures``, a call that overstays is abandoned and never waited for (its thread is a daemon), so one
hang can't hold a run or the interpreter's exit. On Ctrl-C no further call starts and those under way get a grace.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")

GRACE = 10.0
"""Seconds that calls under way may take to finish after an interrupt."""


class Ticket:
    """What a call holds while it is wanted. A call asks ``revoked`` right before it does what can't be undone."""

    def __init__(self) -> None:
        self._revoked = threading.Event()

    @property
    def revoked(self) -> bool:
        return self._revoked.is_set()

    def revoke(self) -> None:
        self._revoked.set()


Call = Callable[[Ticket], T]
_Inbox = queue.SimpleQueue[tuple[int, Ticket] | None]
"""What a thread is to call next; ``None`` ends it."""


@dataclass(frozen=True, slots=True)
class Ended(Generic[T]):
    """How the call at ``index`` ended: with a ``value``, an ``error``, or neither when its time ran out."""

    index: int
    value: T | None = None
    error: BaseException | None = None
    timed_out: bool = False
    begun: bool = True


@dataclass(slots=True)
class _Running:
    ticket: Ticket
    until: float
    inbox: _Inbox


@dataclass(slots=True)
class _Lanes(Generic[T]):
    calls: Sequence[Call[T]]
    timeout: float
    deadline: float
    ended: dict[int, Ended[T]] = field(default_factory=dict)  # apart from the bell: an interrupt may swallow a ring
    bell: queue.SimpleQueue[int] = field(default_factory=queue.SimpleQueue)
    running: dict[int, _Running] = field(default_factory=dict)
    own: Mapping[int, float] = field(default_factory=dict)
    idle: list[_Inbox] = field(default_factory=list)

    def start(self, index: int) -> None:
        """In a thread that has nothing to do, else in a new one."""
        inbox = self.idle.pop() if self.idle else self._lane(index)
        until = min(time.monotonic() + self.own.get(index, self.timeout), self.deadline)
        self.running[index] = _Running(Ticket(), until, inbox)
        inbox.put((index, self.running[index].ticket))

    def _lane(self, number: int) -> _Inbox:
        inbox: _Inbox = queue.SimpleQueue()
        threading.Thread(target=self._serve, args=(inbox,), name=f"lane-{number}", daemon=True).start()
        return inbox

    def _serve(self, inbox: _Inbox) -> None:
        while (asked := inbox.get()) is not None:
            self._call(*asked)

    def _call(self, index: int, ticket: Ticket) -> None:
        try:
            self.ended[index] = Ended(index, value=self.calls[index](ticket))
        except BaseException as error:  # noqa: BLE001 - handed to the caller, whatever it is
            self.ended[index] = Ended(index, error=error)
        self.bell.put(index)

    def next_ended(self) -> Ended[T]:
        """The next call to end or to run out of time."""
        while True:
            ready = next((index for index in self.running if index in self.ended), None)
            if ready is not None:
                self.idle.append(self.running.pop(ready).inbox)
                return self.ended.pop(ready)
            index, oldest = min(self.running.items(), key=lambda item: item[1].until)
            try:
                self.bell.get(timeout=max(0.0, oldest.until - time.monotonic()))
            except queue.Empty:
                self._give_up(self.running.pop(index))
                return Ended(index, timed_out=True)

    def _give_up(self, running: _Running) -> None:
        """Its thread gets no further call."""
        running.ticket.revoke()
        running.inbox.put(None)

    def abandon(self) -> None:
        """Revoke whatever still runs; nobody listens any more."""
        for running in self.running.values():
            self._give_up(running)
        for inbox in self.idle:
            inbox.put(None)

    def drain(self) -> Iterator[Ended[T]]:
        self.abandon()
        until = time.monotonic() + GRACE
        for running in self.running.values():
            running.until = min(running.until, until)
        while self.running:
            yield self.next_ended()


def run(
    calls: Sequence[Call[T]], *, width: int, timeout: float, deadline: float, own: Mapping[int, float] | None = None
) -> Iterator[Ended[T]]:
    """Every call's end, in the order they end; at most ``width`` at a time.

    ``timeout`` is seconds for each (``own`` by index for some), ``deadline`` a ``time.monotonic()`` for all; calls not
    begun by then end as timed out. A ``KeyboardInterrupt`` in the caller revokes every ticket, yields what ends within
    ``GRACE``, then goes on up.
    """
    lanes = _Lanes(calls, timeout, deadline, own=own or {})
    waiting = iter(range(len(calls)))
    try:
        for index in waiting:
            if len(lanes.running) >= width:
                yield lanes.next_ended()
            if time.monotonic() >= deadline:
                yield Ended(index, timed_out=True, begun=False)
            else:
                lanes.start(index)
        while lanes.running:
            yield lanes.next_ended()
    except KeyboardInterrupt:
        yield from lanes.drain()
        raise
    finally:
        lanes.abandon()
