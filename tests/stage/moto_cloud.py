"""An AWS on loopback for tests: one moto server a process, emptied between tests."""

import functools
import logging
import urllib.request
from collections.abc import Iterator, Mapping
from typing import Any

import boto3
import botocore.session
import pytest
from moto.server import ThreadedMotoServer
from stage import tagging

ACCOUNT = "123456789012"
EXPIRED = {"driftguard:owner": "platform", "driftguard:expires-at": "2020-01-01"}
FRESH = {"driftguard:owner": "platform", "driftguard:expires-at": "2999-01-01"}


class MotoCloud:
    """The server's URL, and hands to arrange things in it and read them back."""

    def __init__(self, url: str) -> None:
        self.url = url

    @property
    def environ(self) -> Mapping[str, str]:
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "NO_PROXY": "*",
        }

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        return _client(self.url, service, region)

    def queue(self, name: str, tags: Mapping[str, str], region: str = "eu-west-1") -> None:
        self.client("sqs", region).create_queue(QueueName=name, tags=dict(tags))

    def bucket(self, name: str, tags: Mapping[str, str], region: str = "eu-west-1", versions: int = 0) -> None:
        """Versioned, if it is to hold any."""
        self.client("s3", region).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})
        self._dress(name, tags, region, versions)

    def locked_bucket(self, name: str, tags: Mapping[str, str], region: str = "eu-west-1") -> None:
        """One with Object Lock."""
        place: Any = {"LocationConstraint": region}
        s3 = self.client("s3", region)
        s3.create_bucket(Bucket=name, CreateBucketConfiguration=place, ObjectLockEnabledForBucket=True)
        self._dress(name, tags, region)

    def _dress(self, name: str, tags: Mapping[str, str], region: str, versions: int = 0) -> None:
        s3 = self.client("s3", region)
        if tags:
            s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": k, "Value": v} for k, v in tags.items()]})
        if versions:
            s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        for number in range(versions):
            s3.put_object(Bucket=name, Key="key", Body=str(number).encode())

    def names(self, region: str = "eu-west-1") -> set[str]:
        """Every bucket and queue, as the cloud itself tells it."""
        queues = self.client("sqs", region).list_queues().get("QueueUrls", [])
        buckets = self.client("s3", region).list_buckets()["Buckets"]
        return {url.rpartition("/")[2] for url in queues} | {bucket["Name"] for bucket in buckets}


@functools.cache
def _session() -> Any:
    """One for all tests: each would read botocore's descriptions of the services anew."""
    return boto3.Session(aws_access_key_id="test", aws_secret_access_key="test")


@functools.cache
def _client(url: str, service: str, region: str) -> Any:
    return _session().client(service, region_name=region, endpoint_url=url)


@pytest.fixture(scope="session", autouse=True)
def descriptions() -> Iterator[None]:
    """Botocore reads its descriptions of the services once a process; left alone, once for each of our sessions."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", functools.cache(botocore.session.create_loader))
        yield


@pytest.fixture(scope="session")
def moto_server() -> Iterator[str]:
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with tagging.completed():
        yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(moto_server: str) -> Iterator[MotoCloud]:
    """An empty cloud."""
    yield MotoCloud(moto_server)
    urllib.request.urlopen(urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST"), timeout=10).close()
