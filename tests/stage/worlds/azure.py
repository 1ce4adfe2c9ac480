"""The fake Azure behind the real client, as a world: action groups, one locked, and an identity that a machine uses."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar

import pytest
from fakes.azure import GRAPH, FakeAzure, Fault
from stage.azure_cloud import ONE, OTHER, AzureCloud
from stage.worlds import World

from driftguard.clients.azure import AzureApi, reader, writer
from driftguard.janitor.resources.azure import cloud, cloud_writer
from driftguard.policy import Azure, Clouds, Janitor
from driftguard.ports import Cloud, CloudWriter

TYPE = "Microsoft.Insights/actionGroups"


@dataclass
class AzureWorld:
    fake: FakeAzure
    group: str
    provider: str = "azure"
    ours: Mapping[str, str] = field(default_factory=lambda: {"driftguard:owner": "x", "driftguard:env": "shop-pr-7"})

    @cached_property
    def janitor(self) -> Janitor:
        return Janitor(clouds=Clouds(azure=Azure(subscriptions=(ONE, OTHER), endpoint=self.fake.url)))

    @cached_property
    def reading(self) -> AzureApi:
        return reader(self.janitor, os.environ)

    @cached_property
    def writing(self) -> AzureApi:
        return writer(self.janitor, os.environ)

    @property
    def cloud(self) -> Cloud:
        return cloud(self.janitor, self.reading)

    @property
    def writer(self) -> CloudWriter:
        return cloud_writer(self.janitor, self.writing)

    def write_through_reader(self) -> None:
        self.reading.delete(self._id("dg-a"), "2023-01-01")

    def written(self) -> int:
        return len(self.fake.writes)

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        self.fake.put(self.group, TYPE, name, tags)

    def put_protected(self, name: str, tags: Mapping[str, str]) -> None:
        self.put(name, tags)
        self.fake.lock(self._id(name))

    def put_in_use(self, name: str, tags: Mapping[str, str]) -> None:
        self.put(name, tags)
        self.fake.hold(self._id(name), self.fake.put(self.group, "Microsoft.Compute/virtualMachines", "web"))

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        self.put(name, tags)

    def remove(self, name: str) -> None:
        self.fake.remove(self._id(name).lower())

    def mute(self, name: str) -> None:
        self.fake.muted.add(self._id(name).lower())

    def blind(self) -> None:
        self.fake.faults.append(Fault(f"POST {GRAPH}", 403, "AuthorizationFailed"))

    def names(self) -> set[str]:
        return self.fake.names

    def _id(self, name: str) -> str:
        return f"{self.group}/providers/{TYPE}/{name}"


class Microsoft:
    kind: ClassVar[str] = "azure"

    @contextmanager
    def open(self, request: pytest.FixtureRequest) -> Iterator[World]:
        azure: AzureCloud = request.getfixturevalue("azure")
        yield AzureWorld(azure.fake, azure.fake.group(ONE, "web"))


WORLD = Microsoft()
