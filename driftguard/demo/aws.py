"""An AWS in this process (moto's server on loopback), filled with a believable mix, and read back."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from driftguard.demo.cast import DAYS, ENDED, GOES, LATER, STAYS, Names, Resource
from driftguard.demo.loopback import HOST, Loopback
from driftguard.errors import MissingExtra

ACCOUNT = "123456789012"
REGIONS = ("eu-west-1", "us-east-1")
OWNER = {"driftguard:owner": "platform"}
_EXPIRY = "driftguard:expires-at"
_NO_FILES = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}


def cast(now: datetime) -> list[Resource]:
    """Expired, fresh, protected, not ours, unreadable: two regions' worth, as seen at ``now``."""
    past, future = (f"{now + delta:%Y-%m-%dT%H:%M:%SZ}" for delta in (ENDED, LATER))
    expired, fresh, typo = (OWNER | {_EXPIRY: text} for text in (past, future, "23/11/26"))
    ireland, virginia = REGIONS
    return [
        Resource("s3", "dg-shop-pr-41-assets", ireland, "expired, versions inside", GOES, expired, holds=3),
        Resource("sqs", "dg-shop-pr-41-orders", ireland, "expired", GOES, expired),
        Resource("s3", "dg-build-cache", virginia, "beyond the policy's 24h", GOES, OWNER, DAYS),
        Resource("sqs", "dg-shop-pr-57-orders", ireland, "fresh", STAYS, fresh),
        Resource("sqs", "dg-payments", ireland, "protected by its tag", STAYS, expired | {"Environment": "Production"}),
        Resource("sqs", "payments-dead-letters", ireland, "not named dg-…", STAYS, expired),
        Resource("s3", "dg-neighbour", ireland, "no owner tag", STAYS, {}, DAYS),
        Resource("sqs", "dg-typo", virginia, "unreadable date", STAYS, typo),
    ]


@contextmanager
def embedded(_loopback: Loopback, now: datetime) -> Iterator[Aws]:
    """See ``cast.Embedded``."""
    try:
        from moto.server import ThreadedMotoServer  # noqa: PLC0415 - only the demo needs it
    except ImportError as error:
        raise MissingExtra("demo", "the demo") from error
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address=HOST, port=0, verbose=False)
    with _nobody_s_profile():
        server.start()
        try:
            host, port = server.get_host_and_port()
            made = Aws(f"http://{host}:{port}", cast(now))
            made.fill(now)
            yield made
        finally:
            server.stop()


@contextmanager
def _nobody_s_profile() -> Iterator[None]:
    """Both moto and boto3 read this process's environment, and what that says is no business of theirs."""
    before = {name: os.environ.pop(name) for name in tuple(os.environ) if name.startswith("AWS_")}
    os.environ.update(_NO_FILES)
    try:
        yield
    finally:
        for name in _NO_FILES:
            del os.environ[name]
        os.environ.update(before)


@dataclass
class Aws:
    """``cast.Cloud``, and the demo's own hands in it; DriftGuard knows nothing of them."""

    url: str
    cast: Sequence[Resource]
    name: str = "AWS"

    @property
    def policy(self) -> str:
        return f'{{accounts: ["{ACCOUNT}"], regions: [{", ".join(REGIONS)}], types: ["s3:*", "sqs:*"]}}'

    @property
    def environ(self) -> Mapping[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": "demo", "AWS_SECRET_ACCESS_KEY": "demo", "AWS_DEFAULT_REGION": REGIONS[0]}
        return keys | _NO_FILES | {"AWS_ENDPOINT_URL": self.url}

    def _client(self, service: str, region: str) -> Any:
        """Past every proxy."""
        import boto3  # noqa: PLC0415 - see embedded
        from botocore.config import Config  # noqa: PLC0415

        session = boto3.Session(aws_access_key_id="demo", aws_secret_access_key="demo", region_name=region)  # noqa: S106 - nobody checks it
        return session.client(service, endpoint_url=self.url, config=Config(proxies={}))

    def fill(self, now: datetime) -> None:
        for resource in self.cast:
            {"s3": self._bucket, "sqs": self._queue}[resource.kind](resource)
            _backdate(resource, now - resource.age)

    def names(self) -> Names:
        buckets = {("s3", b["Name"]) for b in self._client("s3", REGIONS[0]).list_buckets()["Buckets"]}
        queues = {
            ("sqs", url.rpartition("/")[2])
            for region in REGIONS
            for url in self._client("sqs", region).list_queues().get("QueueUrls", ())
        }
        return buckets | queues

    def _bucket(self, resource: Resource) -> None:
        s3 = self._client("s3", resource.place)
        where = {} if resource.place == "us-east-1" else {"LocationConstraint": resource.place}
        s3.create_bucket(Bucket=resource.name, **({"CreateBucketConfiguration": where} if where else {}))
        if resource.tags:
            tags = [{"Key": key, "Value": value} for key, value in resource.tags.items()]
            s3.put_bucket_tagging(Bucket=resource.name, Tagging={"TagSet": tags})
        if resource.holds:
            s3.put_bucket_versioning(Bucket=resource.name, VersioningConfiguration={"Status": "Enabled"})
        for number in range(resource.holds):
            s3.put_object(Bucket=resource.name, Key="logo.svg", Body=f"version {number}".encode())

    def _queue(self, resource: Resource) -> None:
        self._client("sqs", resource.place).create_queue(QueueName=resource.name, tags=dict(resource.tags))


def _backdate(resource: Resource, created_at: datetime) -> None:
    """No API sets a creation time, so the embedded cloud's own memory is told."""
    from moto.backends import get_backend  # noqa: PLC0415 - see embedded

    if resource.kind == "s3":
        bucket = get_backend("s3")[ACCOUNT]["aws"].buckets[resource.name]
        bucket.creation_date = created_at.astimezone(UTC).replace(tzinfo=None)
    else:
        queue = get_backend("sqs")[ACCOUNT][resource.place].queues[resource.name]
        queue.created_timestamp = int(created_at.timestamp())
