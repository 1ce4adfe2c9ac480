"""What resource groups hold, listed natively; many resources of one group ask for the same listing at a time.

A filter by name would be shorter, but nobody promises that it compares as ids do, and what it missed would go unseen.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from driftguard.janitor.resources.azure.resource import AzureApi, Item
from driftguard.janitor.resources.azure.versions import GROUPS

AGES = {"$expand": "createdTime"}
FRESH = 1.0
"""Seconds for which a listing serves those who look at one of many resources in the same group."""

HELD = 32
"""Groups whose listings are held at a time."""


@dataclass
class Listings:
    """Safe to share between threads: whoever asks while a listing is under way waits for it."""

    api: AzureApi
    clock: Callable[[], float] = time.monotonic
    _held: dict[str, tuple[float, Sequence[Item]]] = field(default_factory=dict)
    _turns: dict[str, threading.Lock] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, group: str, fresh: float) -> Sequence[Item]:
        """Everything in the group with the id ``group``, asked for no longer than ``fresh`` seconds ago."""
        with self._lock:
            turn = self._turns.setdefault(group, threading.Lock())
        with turn:
            begun, held = self._held.get(group, (float("-inf"), ()))
            now = self.clock()
            if now - begun < fresh:
                return held
            found = list(self.api.listed(f"{group}/resources", GROUPS, **AGES))
            self._hold(group, (now, found))
            return found

    def _hold(self, group: str, listing: tuple[float, Sequence[Item]]) -> None:
        with self._lock:
            self._held.pop(group, None)
            while len(self._held) >= HELD:
                self._held.pop(next(iter(self._held)))
            self._held[group] = listing
