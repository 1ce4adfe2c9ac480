"""The small Google Cloud behind the real client, as a world. Topics, mostly; a guarded instance, a network in use."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import ClassVar

import pytest
from fakes.gcp import FakeGoogle, Fault
from fakes.gcp_things import Thing
from stage.worlds import World

from driftguard.clients.gcp import GcpApi, reader, writer
from driftguard.janitor.resources.gcp.inventory import GcpCloud, GcpWriter
from driftguard.policy import Clouds, Gcp, Janitor
from driftguard.ports import Cloud, CloudWriter

NUMBER, PROJECT = "100000000001", "sandbox-one"
HERE = f"projects/{PROJECT}"
DENIED = {"error": {"code": 403, "message": "no", "status": "PERMISSION_DENIED"}}


@dataclass
class GcpWorld:
    google: FakeGoogle
    provider: str = "gcp"
    ours: Mapping[str, str] = field(default_factory=lambda: {"driftguard-owner": "x", "driftguard-env": "shop-pr-7"})

    @cached_property
    def janitor(self) -> Janitor:
        return Janitor(clouds=Clouds(gcp=Gcp(projects=(NUMBER,), endpoint=f"{self.google.url}/{{service}}")))

    @cached_property
    def reading(self) -> GcpApi:
        return reader(self.janitor, {})

    @cached_property
    def writing(self) -> GcpApi:
        return writer(self.janitor, {})

    @property
    def cloud(self) -> Cloud:
        return GcpCloud(self.janitor, self.reading)

    @property
    def writer(self) -> CloudWriter:
        return GcpWriter(self.janitor, self.writing)

    def write_through_reader(self) -> None:
        self.reading.call("DELETE", "pubsub", f"v1/{HERE}/topics/dg-a", project=NUMBER)

    def written(self) -> int:
        return len(self.google.writes)

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        full = f"artifactregistry.googleapis.com/{HERE}/locations/europe-west1/repositories/{name}"
        asset = "artifactregistry.googleapis.com/Repository"
        self.google.put(asset, full, NUMBER, labels=tags, location="europe-west1")

    def put_protected(self, name: str, tags: Mapping[str, str]) -> None:
        full = f"compute.googleapis.com/{HERE}/zones/europe-west1-b/instances/{name}"
        asset, place = "compute.googleapis.com/Instance", "europe-west1-b"
        self.google.put(asset, full, NUMBER, labels=tags, location=place, deletionProtection=True)

    def put_in_use(self, name: str, tags: Mapping[str, str]) -> None:
        full = f"compute.googleapis.com/{HERE}/global/networks/{name}"
        said = ", ".join(f"{key}={value}" for key, value in tags.items())
        self.google.put("compute.googleapis.com/Network", full, NUMBER, description=f"For a test; {said}")
        subnet = f"compute.googleapis.com/{HERE}/regions/europe-west1/subnetworks/of-{name}"
        self.google.put("compute.googleapis.com/Subnetwork", subnet, NUMBER, network=f"https://{full}")

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        thing = self._thing(name)
        thing.labels = dict(tags)
        thing.body = copy.deepcopy(thing.body) | {"labels": dict(tags)}

    def remove(self, name: str) -> None:
        del self.google.things[self._thing(name).path]

    def mute(self, name: str) -> None:
        self.google.faults.append(Fault(f"GET {self._thing(name).path}", 403, DENIED))

    def blind(self) -> None:
        self.google.faults.append(Fault("searchAllResources", 403, DENIED))

    def names(self) -> set[str]:
        return self.google.names() - {PROJECT}

    def _thing(self, name: str) -> Thing:
        return next(thing for thing in self.google.things.values() if thing.name == name)


class Google:
    kind: ClassVar[str] = "gcp"

    @contextmanager
    def open(self, request: pytest.FixtureRequest) -> Iterator[World]:
        directory: Path = request.getfixturevalue("tmp_path")
        monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
        fake: FakeGoogle = request.getfixturevalue("google_cloud")
        fake.project(NUMBER, PROJECT)
        for name, value in fake.environ(directory).items():
            monkeypatch.setenv(name, value)
        yield GcpWorld(fake)


WORLD = Google()
