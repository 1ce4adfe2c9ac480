"""Many listings at once, item by item: nothing is held but what the reader hasn't taken yet."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from driftguard import lanes
from driftguard.errors import DriftGuardError
from driftguard.model import Gap, Target

ROOM = 2000
"""Items that may wait for the reader; the listings stand still meanwhile."""

Seen = Target | Gap


@dataclass(frozen=True, slots=True)
class Stream:
    """One listing. If it breaks off, ``scope`` was not seen whole."""

    scope: str
    what: str
    items: Callable[[], Iterator[Seen]]


@dataclass(slots=True)
class _Merge:
    streams: Sequence[Stream]
    room: queue.Queue[Seen | None] = field(default_factory=lambda: queue.Queue(ROOM))
    closed: threading.Event = field(default_factory=threading.Event)

    def pump(self, width: int, timeout: float) -> None:
        """Run the listings to their ends; each that breaks off becomes a gap."""
        calls = [self._call(stream) for stream in self.streams]
        for end in lanes.run(calls, width=width, timeout=timeout, deadline=time.monotonic() + timeout):
            stream = self.streams[end.index]
            if end.error is not None or end.timed_out:
                self._put(Gap(stream.scope, stream.what, _why(end.error)), self.closed.is_set)
        self._put(None, self.closed.is_set)

    def _call(self, stream: Stream) -> lanes.Call[None]:
        def call(ticket: lanes.Ticket) -> None:
            for item in stream.items():
                if not self._put(item, lambda: ticket.revoked or self.closed.is_set()):
                    return

        return call

    def _put(self, item: Seen | None, unwanted: Callable[[], bool]) -> bool:
        while not unwanted():
            try:
                self.room.put(item, timeout=1.0)
            except queue.Full:
                continue
            return True
        return False


def _why(error: BaseException | None) -> str:
    if error is None:
        return "took too long"
    return str(error) if isinstance(error, DriftGuardError) else repr(error)


def merged(streams: Sequence[Stream], *, width: int, timeout: float) -> Iterator[Seen]:
    """Everything that the ``streams`` yield, as it comes; ``timeout`` in seconds for all of them together."""
    merge = _Merge(streams)
    threading.Thread(target=merge.pump, args=(width, timeout), name="streams", daemon=True).start()
    try:
        while (item := merge.room.get()) is not None:
            yield item
    finally:
        merge.closed.set()
