"""An Azure on loopback for tests: one https server a process, emptied between tests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from fakes.azure import TENANT, FakeAzure, serving
from stage.oidc import self_signed

ONE, OTHER, LOCKED = (f"{digit * 8}-{digit * 4}-{digit * 4}-{digit * 4}-{digit * 12}" for digit in "123")
EXPIRED = {"driftguard:owner": "platform", "driftguard:expires-at": "2020-01-01"}
FRESH = {"driftguard:owner": "platform", "driftguard:expires-at": "2999-01-01"}


@dataclass(frozen=True)
class AzureCloud:
    """The fake, and what a process needs to reach it."""

    fake: FakeAzure
    trusted: Path

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "REQUESTS_CA_BUNDLE": str(self.trusted),
            "AZURE_AUTHORITY_HOST": self.fake.url,
            "AZURE_TENANT_ID": TENANT,
            "AZURE_CLIENT_ID": "44444444-4444-4444-4444-444444444444",
            "AZURE_CLIENT_SECRET": "x",
            "NO_PROXY": "*",
        }


@pytest.fixture(scope="session")
def azure_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AzureCloud]:
    tls, trusted = self_signed(tmp_path_factory.mktemp("azure"))
    with serving(FakeAzure(), tls) as fake:
        yield AzureCloud(fake, trusted)


@pytest.fixture
def azure(azure_server: AzureCloud, monkeypatch: pytest.MonkeyPatch) -> AzureCloud:
    """An empty cloud with two subscriptions, and this process able to sign in to it."""
    azure_server.fake.reset()
    azure_server.fake.subscription(ONE)
    azure_server.fake.subscription(OTHER)
    for name, value in azure_server.environ.items():
        monkeypatch.setenv(name, value)
    return azure_server
