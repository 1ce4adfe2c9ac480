"""moto behind the real client, as a world. Queues, mostly; a locked bucket is protected, a VPC with a subnet in use."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler
from typing import ClassVar

import pytest
from stage import oidc
from stage.aws_things import a_subnet, tag
from stage.moto_cloud import ACCOUNT, MotoCloud
from stage.worlds import World

from driftguard.clients.aws import AwsApi, reader, writer
from driftguard.janitor.resources.aws.inventory import AwsCloud, AwsWriter
from driftguard.policy import Aws, Clouds, Janitor
from driftguard.ports import Cloud, CloudWriter

REGION = "eu-west-1"
TYPES = ("sqs:queue", "s3:bucket", "ec2:vpc")
JANITOR = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=(REGION,), types=TYPES)))
DENIED = '{"__type": "AccessDeniedException", "message": "no"}'


class Front:
    """Between the client and moto: counts, and refuses what it was told to refuse."""

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self._lock = threading.Lock()
        self.forget()

    def forget(self) -> None:
        self.written = 0
        self.blind = False
        self.muted: set[str] = set()

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> oidc.Answer:
        operation = asked.headers.get("X-Amz-Target", "").rpartition(".")[2]
        with self._lock:
            self.written += operation.startswith("Delete") or asked.command == "DELETE"
        text = body.decode("latin-1")
        muted = operation in ("ListQueueTags", "GetQueueAttributes") and any(f"/{name}" in text for name in self.muted)
        if muted or (self.blind and operation in ("ListQueues", "GetResources")):
            return 400, "application/x-amz-json-1.0", DENIED
        return oidc.relay(self.upstream, asked, body)


@dataclass
class Sides:
    """Both sides of the client, over ``front`` at ``url``: one session for all tests, or each would load boto3's
    descriptions of the services anew.
    """

    moto: MotoCloud
    front: Front
    url: str

    @property
    def environ(self) -> Mapping[str, str]:
        return {**self.moto.environ, "AWS_ENDPOINT_URL": self.url}

    @cached_property
    def reading(self) -> AwsApi:
        return reader(JANITOR, self.environ)

    @cached_property
    def writing(self) -> AwsApi:
        return writer(JANITOR, self.environ)


@pytest.fixture(scope="session")
def aws_sides(moto_server: str) -> Iterator[Sides]:
    front = Front(moto_server)
    with oidc.serving(front.answer) as url:
        yield Sides(MotoCloud(moto_server), front, url)


@dataclass
class AwsWorld:
    moto: MotoCloud
    sides: Sides
    provider: str = "aws"
    ours: Mapping[str, str] = field(default_factory=lambda: {"driftguard:owner": "x", "driftguard:env": "shop-pr-7"})

    @property
    def cloud(self) -> Cloud:
        return AwsCloud(JANITOR, self.sides.reading)

    @property
    def writer(self) -> CloudWriter:
        return AwsWriter(JANITOR, self.sides.writing)

    def write_through_reader(self) -> None:
        self.sides.reading.call("sqs", "delete_queue", region=REGION, QueueUrl=self._url("dg-a"))

    def written(self) -> int:
        return self.sides.front.written

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        self.moto.queue(name, tags, REGION)

    def put_protected(self, name: str, tags: Mapping[str, str]) -> None:
        self.moto.locked_bucket(name, tags)

    def put_in_use(self, name: str, tags: Mapping[str, str]) -> None:
        made = self.moto.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        tag(self.moto, made, name, tags)
        a_subnet(self.moto, made)

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        sqs, url = self.moto.client("sqs"), self._url(name)
        sqs.untag_queue(QueueUrl=url, TagKeys=list(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})))
        sqs.tag_queue(QueueUrl=url, Tags=dict(tags))

    def remove(self, name: str) -> None:
        self.moto.client("sqs").delete_queue(QueueUrl=self._url(name))

    def mute(self, name: str) -> None:
        self.sides.front.muted.add(name)

    def blind(self) -> None:
        self.sides.front.blind = True

    def names(self) -> set[str]:
        vpcs = self.moto.client("ec2").describe_vpcs()["Vpcs"]
        named = [pair["Value"] for vpc in vpcs for pair in vpc.get("Tags", ()) if pair["Key"] == "Name"]
        return self.moto.names() | set(named)

    def _url(self, name: str) -> str:
        return str(self.moto.client("sqs").get_queue_url(QueueName=name)["QueueUrl"])


class Amazon:
    kind: ClassVar[str] = "aws"

    @contextmanager
    def open(self, request: pytest.FixtureRequest) -> Iterator[World]:
        moto: MotoCloud = request.getfixturevalue("aws")
        monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
        sides: Sides = request.getfixturevalue("aws_sides")
        sides.front.forget()
        for name, value in sides.environ.items():
            monkeypatch.setenv(name, value)
        yield AwsWorld(moto, sides)


WORLD = Amazon()
