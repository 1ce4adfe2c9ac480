"""The cloud in memory, as a world."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from fakes.cloud import ACCOUNT, MemoryCloud
from stage.worlds import World

from driftguard.errors import ReadOnlyViolation, StillInUse, Withheld
from driftguard.model import Target
from driftguard.ports import Cloud, CloudWriter


@dataclass
class MemoryWorld:
    memory: MemoryCloud = field(default_factory=MemoryCloud)
    provider: str = "aws"
    ours: Mapping[str, str] = field(default_factory=lambda: {"driftguard:owner": "x", "driftguard:env": "shop-pr-7"})

    @property
    def cloud(self) -> Cloud:
        return self.memory

    @property
    def writer(self) -> CloudWriter:
        return self.memory

    def write_through_reader(self) -> None:
        raise ReadOnlyViolation("nothing in memory has sessions")

    def written(self) -> int:
        return 0

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        now = datetime.now(UTC)
        scope = f"{ACCOUNT}/eu-west-1"
        self.memory.put(Target("aws", scope, "sqs:queue", name, name, dict(tags), created_at=now))

    def put_protected(self, name: str, tags: Mapping[str, str]) -> None:
        self.put(name, tags)
        self.memory.there[name] = replace(self.memory.there[name], protection="a lock")
        self.memory.stubborn[name] = Withheld("a lock")

    def put_in_use(self, name: str, tags: Mapping[str, str]) -> None:
        self.put(name, tags)
        self.memory.stubborn[name] = StillInUse("something holds it")

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        self.memory.put(replace(self.memory.there[name], tags=dict(tags)))

    def remove(self, name: str) -> None:
        del self.memory.there[name]

    def mute(self, name: str) -> None:
        self.memory.mute.add(name)

    def blind(self) -> None:
        self.memory.blind.add("eu-west-1")

    def names(self) -> set[str]:
        return set(self.memory.there)


class Memory:
    kind: ClassVar[str] = "memory"

    @contextmanager
    def open(self, request: pytest.FixtureRequest) -> Iterator[World]:
        yield MemoryWorld()


WORLD = Memory()
