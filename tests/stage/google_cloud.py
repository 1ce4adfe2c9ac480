"""The small Google Cloud for tests: one server a process, emptied between tests, and both sides of the client to it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
from fakes.gcp import FakeGoogle
from fakes.gcp_server import google
from stage import google_things as things

from driftguard.clients.gcp import reader, writer
from driftguard.janitor.resources.gcp.inventory import GcpCloud, GcpWriter
from driftguard.model import Target
from driftguard.policy import Clouds, Gcp, Janitor
from driftguard.retry import Backoff

PATIENT = Backoff(attempts=3, sleep=lambda _: None)


@dataclass
class Google:
    """``cloud`` and ``writer`` as the wiring builds them, and the ``fake`` to arrange."""

    fake: FakeGoogle

    @cached_property
    def janitor(self) -> Janitor:
        endpoint = f"{self.fake.url}/{{service}}"
        return Janitor(
            clouds=Clouds(gcp=Gcp(projects=(things.ONE,), ephemeral=(things.FOLDER,), endpoint=endpoint)),
        )

    @cached_property
    def cloud(self) -> GcpCloud:
        api = reader(self.janitor, {})
        api.backoff = PATIENT
        return GcpCloud(self.janitor, api)

    @cached_property
    def writer(self) -> GcpWriter:
        api = writer(self.janitor, {})
        api.backoff = PATIENT
        return GcpWriter(self.janitor, api)

    def put(self, word: str, **body: object) -> None:
        """One of ``stage.google_things``, called ``dg-old-WORD``, past its time."""
        things.put(self.fake, word, f"dg-old-{word}", things.ONE, things.OLD, **body)

    def found(self) -> Target:
        """The only thing there is."""
        [target] = self.cloud.discover()
        assert isinstance(target, Target), target
        return target

    def read(self) -> Target:
        now = self.cloud.read(self.found())
        assert now is not None
        return now


@pytest.fixture(scope="session")
def google_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeGoogle]:
    with google(tmp_path_factory.mktemp("google")) as fake:
        yield fake


@pytest.fixture
def google_cloud(google_server: FakeGoogle) -> FakeGoogle:
    """An empty one."""
    google_server.empty()
    return google_server


@pytest.fixture
def gcp(google_cloud: FakeGoogle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Google:
    """One project of ours, whose labels say that what is in it may go."""
    for name, value in google_cloud.environ(tmp_path).items():
        monkeypatch.setenv(name, value)
    google_cloud.project(things.ONE, things.IDS[things.ONE], labels=things.OLD)
    return Google(google_cloud)
