"""AWS, Azure and Google Cloud on loopback, reached by one run."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest
from fakes.azure import FakeAzure
from fakes.gcp import FakeGoogle
from stage import google_things as things
from stage.azure_cloud import ONE, OTHER, AzureCloud
from stage.command import within
from stage.moto_cloud import ACCOUNT, MotoCloud

POLICY = {
    "version": 1,
    "dry_run": False,
    "rules": [{"name": "nightly", "on": ["schedule"], "run": "janitor", "mode": "warn"}],
}
LIMITS = {"parallel": 16, "deadline": "60s", "action_timeout": "30s"}
NOWHERE = "127.0.0.1:1"
"""Nothing listens there."""


@dataclass
class ThreeClouds:
    """``urls`` take the place of a cloud's own, where something stands before it."""

    aws: MotoCloud
    azure: FakeAzure
    google: FakeGoogle
    certificates: Sequence[Path]
    signing_in: Mapping[str, str]
    home: Path
    limits: dict[str, Any] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    @cached_property
    def clouds(self) -> dict[str, Any]:
        """As the policy says them."""
        return {
            "aws": {"accounts": [ACCOUNT], "regions": ["eu-west-1"], "types": ["s3:*", "sqs:*"]},
            "azure": {"subscriptions": [ONE, OTHER]},
            "gcp": {"projects": [things.ONE, things.TWO]},
        }

    @property
    def environ(self) -> Mapping[str, str]:
        bundle = self.home / "bundle.pem"
        bundle.write_text("".join(path.read_text() for path in self.certificates))
        found = {**self.aws.environ, **self.signing_in, **self.google.environ(self.home)}
        return {**found, "AWS_ENDPOINT_URL": self.urls.get("aws", self.aws.url), "REQUESTS_CA_BUNDLE": str(bundle)}

    def write_policy(self, clouds: Sequence[str] = ()) -> None:
        """For these, or for all that ``clouds`` says."""
        said = {name: dict(self.clouds[name]) for name in clouds or self.clouds}
        if "azure" in said:
            said["azure"]["endpoint"] = self.urls.get("azure", self.azure.url)
        if "gcp" in said:
            said["gcp"]["endpoint"] = self.urls.get("gcp", self.google.url) + "/{service}"
        policy = POLICY | {"janitor": {"max_deletions": 500, "clouds": said}}
        (self.home / "policy.yaml").write_text(json.dumps(policy | {"limits": {**LIMITS, **self.limits}}))

    def nightly(self, *words: str) -> tuple[int, Any]:
        """Exit code and report of one run over all three."""
        self.write_policy()
        words = ("run", "--event-name", "schedule", "--format", "json", *words)
        code, printed = within(*words, cwd=self.home, environ=self.environ)
        return code, json.loads(printed)


def by_name(report: Any, part: str, provider: str) -> dict[str, Any]:
    """The report's ``outcomes`` or ``decisions`` on one cloud, by the last word of what they are about."""
    of = {each["id"]: each["target"]["provider"] for each in report["actions"]}
    ours = (each for each in report[part] if of[each["action_id"]] == provider)
    return {each["action_id"].replace(":", "/").rpartition("/")[2]: each for each in ours}


@pytest.fixture
def clouds(aws: MotoCloud, azure: AzureCloud, google_cloud: FakeGoogle, tmp_path: Path) -> ThreeClouds:
    """All empty but for two subscriptions and two projects."""
    for number, name in things.IDS.items():
        google_cloud.project(number, name)
    trusted = (azure.trusted, google_cloud.bundle)
    return ThreeClouds(aws, azure.fake, google_cloud, trusted, azure.environ, tmp_path)
