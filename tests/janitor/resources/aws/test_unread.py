"""What is listed and can't be read stays and is named as not looked at, without a finding that blames its tags."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from stage.moto_cloud import ACCOUNT

from driftguard.errors import AccessDenied, DriftGuardError, TransientError
from driftguard.janitor.resources.aws.inventory import AwsCloud
from driftguard.model import Gap, Target
from driftguard.policy import Aws, Clouds, Janitor


class OneStream:
    """A listing of one Kinesis stream, of which one request fails."""

    account, regions = ACCOUNT, ("eu-west-1",)

    def __init__(self, fails: str, error: DriftGuardError) -> None:
        self.fails, self.error = fails, error

    def call(self, _service: str, operation: str, /, **_: Any) -> Mapping[str, Any]:
        if operation == self.fails:
            raise self.error
        return {"StreamDescriptionSummary": {"StreamName": "dg-stream"}, "Tags": []}

    def pages(self, _service: str, operation: str, /, **_: Any) -> Iterator[Mapping[str, Any]]:
        yield {"StreamNames": ["dg-stream"]} if operation == "list_streams" else {"ResourceTagMappingList": []}

    def pause(self, _seconds: float) -> None: ...


@pytest.mark.parametrize(
    ("types", "mistaken"),
    [
        (("kinesis:*", "AWS::AppFlow::*", "*"), []),
        (("kinesis:stream", "sqs:qeue", "AWS::SQS::Queue", "AWS::RDS::DBInstance", "ec2"), ["sqs:qeue", "ec2"]),
    ],
)
def test_a_pattern_that_no_kind_answers_to_is_a_gap(types: tuple[str, ...], mistaken: list[str]) -> None:
    aws = Aws(accounts=(ACCOUNT,), regions=("us-east-1",), types=types)
    cloud = AwsCloud(Janitor(clouds=Clouds(aws=aws)), OneStream("nothing", AccessDenied("")))
    assert [gap.error.split("'")[1] for gap in cloud._mistaken()] == mistaken


@pytest.mark.parametrize(
    ("types", "regions", "left_out"),
    [
        (("*",), ("eu-west-1",), "cloudfront, iam, route53"),
        (("iam:*", "sqs:*"), ("eu-west-1",), "iam"),
        (("sqs:*",), ("eu-west-1",), ""),
        (("*",), ("eu-west-1", "global"), ""),
        (("*",), (), ""),
    ],
)
def test_what_has_no_region_is_said_to_be_left_out_where_the_policy_names_only_regions(
    types: tuple[str, ...], regions: tuple[str, ...], left_out: str
) -> None:
    janitor = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=regions, types=types)))
    said = list(AwsCloud(janitor, OneStream("nothing", AccessDenied(""))).remarks())
    assert [left_out in each for each in said] == [True] * bool(left_out)


@pytest.mark.parametrize("pattern", ["AWS::Kinesis::Stream", "AWS::Kinesis::*", "kinesis:*"])
def test_a_kind_answers_to_its_name_in_cloudformation_too(pattern: str) -> None:
    aws = Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=(pattern,))
    seen = list(AwsCloud(Janitor(clouds=Clouds(aws=aws)), OneStream("nothing", AccessDenied(""))).discover())
    assert [item.name for item in seen if isinstance(item, Target)] == ["dg-stream"]


@pytest.mark.parametrize(
    ("fails", "error"),
    [
        ("list_tags_for_stream", AccessDenied("no")),
        ("list_tags_for_stream", TransientError("slow down")),
        ("describe_stream_summary", TransientError("slow down")),
    ],
)
def test_what_cant_be_read_is_unread_and_a_gap_by_name(fails: str, error: DriftGuardError) -> None:
    aws = Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=("kinesis:stream",))
    seen = list(AwsCloud(Janitor(clouds=Clouds(aws=aws)), OneStream(fails, error)).discover())
    [gap] = [item for item in seen if isinstance(item, Gap)]
    [stream] = [item for item in seen if isinstance(item, Target)]
    assert stream.tags is None
    assert (gap.what, gap.covers(f"{stream.path}/{stream.id}"), gap.hides_resources) == ("dg-stream", True, False)
