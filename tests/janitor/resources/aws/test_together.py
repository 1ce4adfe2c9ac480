"""Many resources from one answer: the same as each one's own, what is gone is missing, and the requests are few."""

from collections.abc import Iterator, Sequence

import pytest
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients.aws import AwsApi, reader
from driftguard.janitor.resources.aws import sizes, together
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.model import Target
from driftguard.policy import Aws, Clouds, Janitor

FEW = 21
"""One more than are asked about one by one where a listing by prefix is the only other way."""
TAGS = [{"Key": key, "Value": value} for key, value in EXPIRED.items()]


class Counting:
    """``AwsApi`` that writes down what it is asked, a page each."""

    def __init__(self, api: AwsApi) -> None:
        self.api, self.asked = api, list[str]()

    def __getattr__(self, name: str) -> object:
        return getattr(self.api, name)

    def call(self, service: str, operation: str, /, **more: object) -> object:
        self.asked.append(f"{service}:{operation}")
        return self.api.call(service, operation, **more)  # type: ignore[arg-type]

    def pages(self, service: str, operation: str, /, **more: object) -> Iterator[object]:
        for page in self.api.pages(service, operation, **more):  # type: ignore[arg-type]
            self.asked.append(f"{service}:{operation}")
            yield page


@pytest.fixture
def cloud(aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> AwsCloud:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    types = ("sqs:queue", "s3:bucket", "ec2:volume", "ec2:instance")
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=types)))
    return AwsCloud(janitor, Counting(reader(janitor, aws.environ)))  # type: ignore[arg-type]


def asked(cloud: AwsCloud) -> list[str]:
    api = cloud.api
    assert isinstance(api, Counting)
    told, api.asked = api.asked, []
    return told


def found(cloud: AwsCloud) -> Sequence[Target]:
    targets = sorted((each for each in cloud.discover() if isinstance(each, Target)), key=lambda each: each.name)
    asked(cloud)
    return targets


def queues(aws: MotoCloud) -> None:
    for number in range(FEW):
        aws.queue(f"dg-{number:02}", EXPIRED)


def buckets(aws: MotoCloud) -> None:
    for number in range(FEW):
        aws.bucket(f"dg-{number:02}", EXPIRED)


def volumes(aws: MotoCloud) -> None:
    for number in range(3):
        named = [*TAGS, {"Key": "Name", "Value": f"dg-{number:02}"}]
        specified = [{"ResourceType": "volume", "Tags": named}]
        aws.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=7, TagSpecifications=specified)


@pytest.mark.parametrize("make", [queues, buckets, volumes])
def test_each_is_as_if_it_had_been_asked_about_alone(aws: MotoCloud, cloud: AwsCloud, make: object) -> None:
    assert callable(make)
    make(aws)
    targets = found(cloud)
    assert len(targets) >= 3
    looks = cloud.read_together(targets)
    assert len(asked(cloud)) == 1
    assert [looks[each.id]() for each in targets[:2]] == [cloud.read(each) for each in targets[:2]]


def test_a_plan_needs_no_request_for_each_queue_and_one_for_each_bucket_s_lock(aws: MotoCloud, cloud: AwsCloud) -> None:
    queues(aws)
    targets = found(cloud)
    assert [look() for look in cloud.confirm_together(targets).values()] == targets
    assert asked(cloud) == ["sqs:list_queues"]
    aws.client("s3").create_bucket(
        Bucket="dg-locked",
        ObjectLockEnabledForBucket=True,
        CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
    )
    aws.client("s3").put_bucket_tagging(Bucket="dg-locked", Tagging={"TagSet": TAGS})
    [bucket] = [each for each in found(cloud) if each.type == "s3:bucket"]
    again = cloud.confirm_together([bucket])[bucket.id]()
    assert again is not None
    assert again.protection == "S3 Object Lock"
    assert asked(cloud) == ["s3:get_object_lock_configuration"]


def test_what_went_meanwhile_is_missing_from_both(aws: MotoCloud, cloud: AwsCloud) -> None:
    queues(aws)
    targets = found(cloud)
    url = aws.client("sqs").get_queue_url(QueueName="dg-03")["QueueUrl"]
    aws.client("sqs").delete_queue(QueueUrl=url)
    for looks in (cloud.read_together(targets), cloud.confirm_together(targets)):
        assert {each.name for each in targets if each.id not in looks} == {"dg-03"}


def test_tags_are_read_natively_before_a_deletion_whatever_the_inventory_said(aws: MotoCloud, cloud: AwsCloud) -> None:
    queues(aws)
    targets = found(cloud)
    url = aws.client("sqs").get_queue_url(QueueName="dg-03")["QueueUrl"]
    aws.client("sqs").tag_queue(QueueUrl=url, Tags={"Protected": "yes"})
    again = cloud.read_together(targets)[targets[3].id]()
    assert again is not None
    assert (again.tags or {})["Protected"] == "yes"
    assert again.fingerprint != targets[3].fingerprint


def test_prices_go_by_what_is_read_anyway(aws: MotoCloud, cloud: AwsCloud) -> None:
    volumes(aws)
    first = found(cloud)[0]
    again = cloud.confirm_together([first])[first.id]()
    assert again is not None
    assert again.size == "gp2 7 GiB"


@pytest.mark.parametrize(
    ("names", "prefix"),
    [(["dg-a"], "dg-a"), (["dg-a", "dg-ab"], "dg-a"), (["dg-b", "dg-a", "dg-c"], "dg-"), (["a", "b"], "")],
)
def test_a_listing_is_asked_for_what_all_names_begin_with(names: list[str], prefix: str) -> None:
    assert together.common_prefix(names) == prefix


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (sizes.gib("gp3", 100), "gp3 100 GiB"),
        (sizes.gib(None, 5), "5 GiB"),
        (sizes.gib("gp3", None), ""),
        (sizes.several(1, "t3.micro"), "t3.micro"),
        (sizes.several(3, "t3.micro"), "3 x t3.micro"),
        (sizes.several(None, "t3.micro"), ""),
        (sizes.both("a", "b"), "a + b"),
        (sizes.both("a", ""), ""),
        (sizes.from_bytes(2**29), "0.500 GiB"),
        (sizes.from_bytes(None), ""),
    ],
)
def test_sizes_in_the_words_of_the_price_table(size: str, words: str) -> None:
    assert size == words
