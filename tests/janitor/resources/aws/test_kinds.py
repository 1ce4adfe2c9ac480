"""What every kind of AWS resource must do, against moto's server: be found, say what protects it, go, and be gone."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from moto.backends import get_backend
from stage.aws_things import PROTECTIONS, THINGS
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients.aws import AwsApi, writer
from driftguard.errors import NotFound, UnderWay
from driftguard.janitor.resources.aws import iam
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.janitor.resources.aws.resource import mark
from driftguard.model import Gap, Target
from driftguard.policy import Aws, Clouds, Janitor
from driftguard.retry import Backoff

KINDS = AwsTypes().by_kind
FOREIGN = {"team": "web"}
SHIELDED = EXPIRED | {"Environment": "Production"}


class Recorder:
    """An ``AwsApi`` that keeps which operations were asked for."""

    def __init__(self, api: AwsApi) -> None:
        self.api = api
        self.asked: list[tuple[str, str]] = []
        self.pauses = 0

    @property
    def account(self) -> str:
        return self.api.account

    @property
    def regions(self) -> tuple[str, ...]:
        return self.api.regions

    def call(self, service: str, operation: str, /, **parameters: Any) -> Mapping[str, Any]:
        self.asked.append((service, operation))
        return self.api.call(service, operation, **parameters)

    def pages(self, service: str, operation: str, /, **parameters: Any) -> Any:
        self.asked.append((service, operation))
        return self.api.pages(service, operation, **parameters)

    def pause(self, seconds: float) -> None:
        """Some deletions moto only begins; they are ended here for it."""
        self.pauses += 1
        assert self.pauses < 20
        caches = get_backend("elasticache")[ACCOUNT]["eu-west-1"]
        for held in (caches.cache_clusters, caches.replication_groups):
            ending = [
                name
                for name, cache in held.items()
                if "deleting" in (getattr(cache, "cache_cluster_status", ""), getattr(cache, "status", ""))
            ]
            for name in ending:
                del held[name]


def cloud_of(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch, kind: str) -> tuple[AwsCloud, Recorder]:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1", "global"), types=(kind,))))
    api = Recorder(replace(writer(janitor, aws.environ), backoff=Backoff(attempts=2, sleep=lambda _: None)))
    return AwsCloud(janitor, api), api


def ours(cloud: AwsCloud) -> dict[str, Target]:
    found = list(cloud.discover())
    gaps = [item for item in found if isinstance(item, Gap) and "nothing here" not in item.error]
    assert not gaps
    return {item.name: item for item in found if isinstance(item, Target) and item.name.startswith("dg-")}


MOTO_FAILS_TWICE = {"apigateway:restapi"}
"""moto answers 500 to the deletion of what isn't there."""


MOTO_FORGIVES = {"apigateway:api", "elasticloadbalancing:listener-rule", "elasticfilesystem:access-point"}
"""moto is content with the deletion of what isn't there; AWS isn't."""

MOTO_AGELESS = {"ecs:service", "ecs:task", "ecs:task-definition"}
"""moto doesn't tell when it was made; AWS does."""


def called(name: str, kind: str) -> str:
    return f"{name}.example.com." if kind == "route53:hostedzone" else name


@pytest.mark.long
@pytest.mark.parametrize("kind", sorted(THINGS))
def test_a_kind_is_found_with_its_tags_goes_and_is_gone(
    aws: MotoCloud, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    for name, tags in {"dg-ours": EXPIRED, "dg-theirs": FOREIGN, "dg-kept": SHIELDED, "web": EXPIRED}.items():
        THINGS[kind](aws, name, tags)
    cloud, api = cloud_of(aws, monkeypatch, kind)
    found = ours(cloud)
    target, kept = found[called("dg-ours", kind)], found[called("dg-kept", kind)]
    assert target.type == kind
    assert target.tags is not None
    assert dict(target.tags).items() >= EXPIRED.items()
    assert dict(kept.tags or {}).items() >= SHIELDED.items()
    assert len({item.id for item in found.values()}) == len(found)

    again = cloud.read(target)
    assert again is not None
    assert (again.tags, mark(again.tags), again.protection) == (target.tags, target.fingerprint, "")
    resource = KINDS[kind]
    tells_age = isinstance(created := getattr(resource, "created", ""), str) and bool(created)
    assert (again.created_at is not None) is tells_age or kind in MOTO_AGELESS
    assert cloud.read_together([target, kept])[target.id]() == again, "asked about with others or alone"
    try:
        resource.delete(api, target)
    except UnderWay:
        api.pause(1)  # as the gate does before it looks again
    assert cloud.read(target) is None
    looks = cloud.read_together([target, kept])
    assert target.id not in looks or looks[target.id]() is None
    assert looks[kept.id]() is not None
    if kind not in MOTO_FAILS_TWICE | MOTO_FORGIVES:
        with pytest.raises(NotFound):
            resource.delete(api, target)
    assert cloud.read(kept) is not None
    alive = {name for name, item in ours(cloud).items() if cloud.read(item)}  # the tagging API lists ghosts
    assert alive == set(found) - {called("dg-ours", kind)}
    used = {iam.action(service, operation) for service, operation in api.asked}
    assert used - {"tag:GetResources"} <= {*resource.reads, *resource.writes}, "a role built from the kinds must do"


@pytest.mark.parametrize("kind", sorted(PROTECTIONS))
def test_what_aws_itself_protects_says_so(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    THINGS[kind](aws, "dg-ours", EXPIRED)
    PROTECTIONS[kind](aws, "dg-ours")
    cloud, _ = cloud_of(aws, monkeypatch, kind)
    [target] = ours(cloud).values()
    again = cloud.read(target)
    assert again is not None
    assert again.protection
