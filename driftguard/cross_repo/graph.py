"""Who breaks if this is merged: contracts, their consumers, and what those republish. Pure.

A consumer that republishes (its own contract is built from ours) passes a break on. Those behind it are shown, not
asked: what they rely on is not the contract that changes here, and the republisher's own pull request asks them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from driftguard.policy import Consumer, Contract


@dataclass(frozen=True, slots=True)
class Hit:
    """One consumer that a change of a contract reaches. ``via`` are the contracts on the way, the changed one first."""

    consumer: Consumer
    via: tuple[str, ...]

    @property
    def direct(self) -> bool:
        return len(self.via) == 1


@dataclass(frozen=True, slots=True)
class Graph:
    """The policy's contracts by name."""

    contracts: Mapping[str, Contract]

    @classmethod
    def of(cls, contracts: Sequence[Contract]) -> Graph:
        return cls({contract.name: contract for contract in contracts})

    def asked(self, name: str) -> tuple[Consumer, ...]:
        """The direct consumers whose pins take the contract's version."""
        contract = self.contracts[name]
        return tuple(consumer for consumer in contract.consumers if pinned(consumer, contract))

    def hits(self, name: str) -> tuple[Hit, ...]:
        """Everyone whom a change of ``name`` reaches, nearest first, each repository once."""
        found: dict[str, Hit] = {}
        waiting: list[tuple[str, ...]] = [(name,)]
        seen = {name}
        while waiting:
            via = waiting.pop(0)
            for consumer in self.asked(via[-1]):
                found.setdefault(consumer.repo.lower(), Hit(consumer, via))
                onward = [again for again in consumer.republishes if again in self.contracts and again not in seen]
                seen.update(onward)
                waiting += [(*via, again) for again in onward]
        return tuple(found.values())

    def cycles(self) -> tuple[tuple[str, ...], ...]:
        """Contracts that reach themselves, each ring once, beginning with its first name: ``(a, b, a)``."""
        rings = {_turned(path) for name in self.contracts for path in self._paths_back(name)}
        return tuple((*ring, ring[0]) for ring in sorted(rings))

    def _paths_back(self, start: str) -> Iterator[tuple[str, ...]]:
        """The shortest way from ``start`` to itself, if there is one."""
        waiting: list[tuple[str, ...]] = [(start,)]
        seen: set[str] = set()
        while waiting:
            path = waiting.pop(0)
            for name in self._republished(path[-1]):
                if name == start:
                    yield path
                    return
                if name not in seen:
                    seen.add(name)
                    waiting.append((*path, name))

    def _republished(self, name: str) -> Iterator[str]:
        for consumer in self.contracts[name].consumers:
            yield from (again for again in consumer.republishes if again in self.contracts)


def pinned(consumer: Consumer, contract: Contract) -> bool:
    """Whether the consumer is concerned by this version; one that pins nothing always is."""
    if not consumer.versions or not contract.version:
        return True
    return any(fnmatchcase(contract.version, pattern) for pattern in consumer.versions)


def _turned(path: tuple[str, ...]) -> tuple[str, ...]:
    """The ring, beginning at its smallest name."""
    at = path.index(min(path))
    return path[at:] + path[:at]
