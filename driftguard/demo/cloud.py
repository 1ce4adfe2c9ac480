"""An AWS in this process (moto's server on loopback), filled with a believable mix, and read back."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from driftguard.errors import MissingExtra

ACCOUNT = "123456789012"
REGIONS = ("eu-west-1", "us-east-1")
OWNER = {"driftguard:owner": "platform"}
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": "eu-west-1"}


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing in the demo's cloud. ``fate`` is what should become of it: ``goes`` or ``stays``."""

    kind: str
    name: str
    region: str
    story: str
    fate: str
    tags: Mapping[str, str] = field(default_factory=dict)
    age: timedelta = timedelta(hours=2)
    objects: int = 0


def cast(now: datetime) -> list[Resource]:
    """Expired, fresh, protected, not ours, unreadable: two regions' worth, as seen at ``now``."""
    past, future = (f"{now + timedelta(hours=hours):%Y-%m-%dT%H:%M:%SZ}" for hours in (-9, 30))
    date_only = OWNER | {"driftguard:expires-at": f"{now - timedelta(days=2):%Y-%m-%d}"}
    ireland, virginia = REGIONS
    ttl = "driftguard:ttl"
    expired = OWNER | {"driftguard:expires-at": past}
    fresh = OWNER | {"driftguard:expires-at": future}
    days = timedelta(days=3)
    return [
        Resource("s3", "dg-shop-pr-41-assets", ireland, "expired, versions inside", "goes", expired, objects=3),
        Resource("sqs", "dg-shop-pr-41-orders", ireland, "expired", "goes", expired),
        Resource("sqs", "dg-load-test", virginia, "expired, date only", "goes", date_only),
        Resource("s3", "dg-build-cache", virginia, "older than the policy's 24h", "goes", OWNER, days),
        Resource("s3", "dg-two-day-trial", ireland, "past its own TTL", "goes", OWNER | {ttl: "2d"}, days),
        Resource("sqs", "dg-shop-pr-57-orders", ireland, "fresh", "stays", fresh),
        Resource("s3", "dg-week-long-trial", virginia, "within its TTL", "stays", OWNER | {ttl: "7d"}, days),
        Resource("sqs", "dg-payments", ireland, "protected", "stays", expired | {"Environment": "Production"}),
        Resource("s3", "dg-golden-image", virginia, "protected", "stays", expired | {"protected": "yes"}),
        Resource("sqs", "payments-dead-letters", ireland, "not named dg-…", "stays", expired),
        Resource("s3", "dg-neighbour", ireland, "no owner tag", "stays", {}, days),
        Resource("sqs", "dg-typo", virginia, "unreadable date", "stays", OWNER | {"driftguard:expires-at": "23/11/26"}),
    ]


@contextmanager
def embedded() -> Iterator[str]:
    """Run the cloud; its URL. Raises ``MissingExtra`` without the demo's packages."""
    try:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only the demo needs it
    except ImportError as error:
        raise MissingExtra("demo", "the demo") from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
    finally:
        server.stop()


@dataclass
class Outside:
    """The demo's own hands and eyes in the cloud; DriftGuard knows nothing of them."""

    url: str

    def _client(self, service: str, region: str) -> Any:
        import boto3  # noqa: PLC0415 - see embedded

        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo", region_name=region)  # noqa: S106 - nobody checks it
        return session.client(service, endpoint_url=self.url)

    def fill(self, resources: list[Resource], now: datetime) -> None:
        for resource in resources:
            {"s3": self._bucket, "sqs": self._queue}[resource.kind](resource)
            _backdate(resource, now - resource.age)

    def names(self) -> set[tuple[str, str]]:
        """Kind and name of everything there is, as the cloud tells it now."""
        buckets = {("s3", b["Name"]) for b in self._client("s3", REGIONS[0]).list_buckets()["Buckets"]}
        queues = {
            ("sqs", url.rpartition("/")[2])
            for region in REGIONS
            for url in self._client("sqs", region).list_queues().get("QueueUrls", ())
        }
        return buckets | queues

    def _bucket(self, resource: Resource) -> None:
        s3 = self._client("s3", resource.region)
        where = {} if resource.region == "us-east-1" else {"LocationConstraint": resource.region}
        s3.create_bucket(Bucket=resource.name, **({"CreateBucketConfiguration": where} if where else {}))
        if resource.tags:
            tags = [{"Key": key, "Value": value} for key, value in resource.tags.items()]
            s3.put_bucket_tagging(Bucket=resource.name, Tagging={"TagSet": tags})
        if resource.objects:
            s3.put_bucket_versioning(Bucket=resource.name, VersioningConfiguration={"Status": "Enabled"})
        for number in range(resource.objects):
            s3.put_object(Bucket=resource.name, Key="logo.svg", Body=f"version {number}".encode())

    def _queue(self, resource: Resource) -> None:
        self._client("sqs", resource.region).create_queue(QueueName=resource.name, tags=dict(resource.tags))


def _backdate(resource: Resource, created_at: datetime) -> None:
    """No API sets a creation time, so the embedded cloud's own memory is told."""
    from moto.backends import get_backend  # noqa: PLC0415 - see embedded

    if resource.kind == "s3":
        bucket = get_backend("s3")[ACCOUNT]["aws"].buckets[resource.name]
        bucket.creation_date = created_at.astimezone(UTC).replace(tzinfo=None)
    else:
        queue = get_backend("sqs")[ACCOUNT][resource.region].queues[resource.name]
        queue.created_timestamp = int(created_at.timestamp())
