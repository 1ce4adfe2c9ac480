"""The gate, with executors or without: here it is settled whether a run may change anything."""

from __future__ import annotations

from driftguard.audit import Trail
from driftguard.gate import Gate, Rehearsal
from driftguard.looks import Looks
from driftguard.model import Mode, Target
from driftguard.policy import Policy
from driftguard.ports import Executor
from driftguard.registry import discover
from driftguard.wiring.request import utc_now
from driftguard.wiring.sources import LazySources
from driftguard.wiring.writers import LazyWriters


def built_gate(policy: Policy, mode: Mode, sources: LazySources, trail: Trail) -> Gate:
    if mode is Mode.REHEARSAL:
        return Gate(policy, _Rehearsals(), _as_planned, trail, utc_now, sources.history, progress=sources.progress)
    writers = LazyWriters(policy, sources.environ, sources, trail)
    if policy.janitor.terraform is not None:
        _ = writers.stacks  # before the lanes: they would build it twice
    executors = {kind: factory(writers) for kind, factory in discover("driftguard.executors", "EXECUTOR").items()}
    looks = Looks(lambda provider: next(cloud for cloud in sources.clouds if cloud.provider == provider))
    return Gate(
        policy, executors, looks, trail, utc_now, sources.history, expect=looks.expect, progress=sources.progress
    )


class _Rehearsals(dict[str, Executor]):
    """Every kind of action is rehearsed by the same executor, which has nothing to write with."""

    def __missing__(self, kind: str) -> Executor:
        return self.setdefault(kind, Rehearsal())


def _as_planned(target: Target) -> Target:
    """A rehearsal's second look: what was planned a moment ago, since nothing was changed."""
    return target
