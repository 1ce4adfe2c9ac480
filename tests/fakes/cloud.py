"""A cloud in memory, with everything a janitor needs around it; it writes down what was deleted, as it was then."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import ClassVar

from driftguard.errors import AccessDenied, NotFound, PartlyDone, PermanentError, StillInUse, Withheld
from driftguard.forge import Forge, Override, Overrides, Scope
from driftguard.model import Event, Gap, History, Target, fingerprint
from driftguard.policy import Policy
from driftguard.ports import Cloud, LanguageModel, NonceHashes, SourceTree, Stack, Tools

ACCOUNT = "aws/123456789012"


@dataclass
class MemoryCloud:
    """``ports.Cloud`` and ``ports.CloudWriter``. ``blind`` regions can't be listed, ``mute`` ids can't be read."""

    there: dict[str, Target] = field(default_factory=dict)
    blind: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    stubborn: dict[str, Exception | KeyboardInterrupt] = field(default_factory=dict)
    deleted: list[Target] = field(default_factory=list)
    provider: ClassVar[str] = "aws"

    def put(self, target: Target) -> None:
        self.there[target.id] = replace(target, fingerprint=fingerprint(target.tags))

    def identity(self) -> str:
        return ACCOUNT

    @property
    def order(self) -> Mapping[str, Sequence[str]]:
        return {"s3:bucket": ("sqs:queue",), "sqs:queue": ()}

    def discover(self) -> Iterator[Target | Gap]:
        for region in sorted(self.blind):
            yield Gap(f"{ACCOUNT}/{region}", "the region", "AccessDenied")
        for target in list(self.there.values()):
            if target.scope.rpartition("/")[2] in self.blind:
                continue
            if target.id in self.mute:
                yield replace(target, tags=None, fingerprint=fingerprint(None))
            else:
                yield target

    def read(self, target: Target) -> Target | None:
        if target.id in self.mute:
            raise AccessDenied(f"{target.id} can't be read")
        return self.there.get(target.id)

    def delete(self, target: Target) -> str:
        error = self.stubborn.get(target.id)
        if error is not None:
            raise error
        if target.id not in self.there:
            raise NotFound(target.id)
        self.remove(target.id)
        return ""

    def remove(self, target_id: str) -> None:
        self.deleted.append(self.there.pop(target_id))


@dataclass
class MemoryTerraform:
    """``ports.StackDestroyer`` over the same cloud: its state holds what has the environment's tag."""

    cloud: MemoryCloud
    states: dict[str, set[str]] = field(default_factory=dict)
    ends: str = "destroys"

    def remember(self) -> None:
        """The states as the cloud is now: every resource by the environment that its tag names."""
        self.states = {}
        for target in self.cloud.there.values():
            self.states.setdefault((target.tags or {}).get("driftguard:env", ""), set()).add(target.id)

    def destroy(self, stack: Stack) -> str:
        held = sorted(self.states.get(stack.environment, set()) & self.cloud.there.keys())
        if self.ends == "withheld":
            raise Withheld("prevent_destroy")
        if self.ends == "fails":
            raise PermanentError("no credentials")
        if self.ends == "in use":
            raise StillInUse("somebody is at work")
        for target_id in held[:1] if self.ends == "partly" else [] if self.ends == "nothing" else held:
            self.cloud.remove(target_id)
        if self.ends == "partly":
            raise PartlyDone("one failed")
        return f"Terraform {self.ends}"


@dataclass
class MemorySources:
    """``ports.Sources`` for the janitor; whatever it has no business with isn't there."""

    policy: Policy
    clock: Callable[[], datetime]
    clouds: Sequence[Cloud]
    history: History = field(default_factory=History)
    kept: Mapping[int, datetime] = field(default_factory=dict)
    forge: Forge | None = None
    web_url: str = ""
    run_url: str = ""
    model: LanguageModel | None = None

    @property
    def tree(self) -> SourceTree:
        return _OneCommit()  # type: ignore[return-value]

    @property
    def tools(self) -> Tools:
        raise NotImplementedError

    @property
    def nonces(self) -> NonceHashes:
        raise NotImplementedError

    def overrides(self, event: Event) -> Overrides:
        until = self.kept.get(event.number or 0)
        if until is None:
            return Overrides()
        return Overrides((_kept(event, until, self.clock()),))


class _OneCommit:
    """A repository of which the janitor only asks which commit a name stands for."""

    def resolve(self, revision: str) -> str:
        return "a" * 40


def _kept(event: Event, until: datetime, now: datetime) -> Override:
    return Override(Scope.KEEP, "alice", "keep", now, until, event.number or 0, event.sha, 1, survives=True)
