"""The long tail, against a fake that botocore's own models check; moto has no Cloud Control."""

import re
from collections.abc import Iterator

import pytest
from stage.cloud_control import FakeCloudControl, cloud_control
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients.aws import AwsApi, writer
from driftguard.errors import AccessDenied, DriftGuardError, NotFound, PermanentError, StillInUse, TransientError
from driftguard.janitor.resources.aws import cloud_control as tail
from driftguard.janitor.resources.aws.arn import Arn
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.janitor.resources.aws.inventory import AwsCloud, AwsWriter
from driftguard.model import Gap, Target
from driftguard.policy import Aws, Clouds, Janitor
from driftguard.retry import Backoff

FLOW = f"arn:aws:appflow:eu-west-1:{ACCOUNT}:flow/dg-flow"
ENVIRONMENT = f"arn:aws:appconfig:eu-west-1:{ACCOUNT}:application/abc/environment/def"
UNKNOWN = f"arn:aws:quantum:eu-west-1:{ACCOUNT}:entangler/dg-x"
PAIRS = [{"Key": key, "Value": value} for key, value in EXPIRED.items()]
JANITOR = Janitor(clouds=Clouds(aws=Aws(accounts=(ACCOUNT,), regions=("eu-west-1",), types=("AWS::*",))))


@pytest.fixture
def fake() -> Iterator[FakeCloudControl]:
    with cloud_control() as made:
        yield made


@pytest.fixture
def api(fake: FakeCloudControl, aws: MotoCloud, monkeypatch: pytest.MonkeyPatch) -> AwsApi:
    for name, value in aws.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL_CLOUDCONTROL", fake.url)
    monkeypatch.setenv("AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API", fake.url)
    made = writer(JANITOR, aws.environ)
    made.backoff = Backoff(attempts=2, sleep=lambda _: None)
    return made


def discovered(api: AwsApi) -> dict[str, Target]:
    return {item.id: item for item in AwsCloud(JANITOR, api).discover() if isinstance(item, Target)}


def test_a_resource_is_found_by_its_arn_read_and_deleted(fake: FakeCloudControl, api: AwsApi) -> None:
    fake.tagged[FLOW] = EXPIRED
    fake.resources["AWS::AppFlow::Flow", "dg-flow"] = {"Tags": PAIRS, "CreationTime": "2026-11-01T00:00:00Z"}
    target = discovered(api)[FLOW]
    assert (target.type, target.name) == ("AWS::AppFlow::Flow", "dg-flow")
    again = AwsCloud(JANITOR, api).read(target)
    assert again is not None
    assert (again.tags, again.protection) == (EXPIRED, "")
    assert again.created_at is not None
    fake.polls = 3
    AwsWriter(JANITOR, api).delete(target)
    assert fake.resources == {}
    assert fake.asked.count("GetResourceRequestStatus") == 3
    assert AwsCloud(JANITOR, api).read(target) is None
    with pytest.raises(NotFound):
        AwsWriter(JANITOR, api).delete(target)


def test_a_compound_identifier_is_joined_in_the_schema_s_order(fake: FakeCloudControl, api: AwsApi) -> None:
    fake.tagged[ENVIRONMENT] = EXPIRED | {"Name": "dg-environment"}
    fake.resources["AWS::AppConfig::Environment", "abc|def"] = {"Tags": PAIRS}
    target = discovered(api)[ENVIRONMENT]
    assert target.name == "dg-environment"
    AwsWriter(JANITOR, api).delete(target)
    assert fake.resources == {}


def test_tags_that_a_type_s_answer_lacks_come_from_the_tagging_api(fake: FakeCloudControl, api: AwsApi) -> None:
    fake.tagged[FLOW] = EXPIRED
    fake.resources["AWS::AppFlow::Flow", "dg-flow"] = {}
    target = discovered(api)[FLOW]
    again = AwsCloud(JANITOR, api).read(target)
    assert again is not None
    assert again.tags == EXPIRED
    fake.tagged.clear()
    unread = AwsCloud(JANITOR, api).read(target)
    assert unread is not None
    assert unread.tags is None, "unknown tags protect"


@pytest.mark.parametrize("key", ["DeletionProtection", "DeletionProtectionEnabled", "TerminationProtection"])
def test_what_calls_itself_protected_is(fake: FakeCloudControl, api: AwsApi, key: str) -> None:
    fake.tagged[FLOW] = EXPIRED
    fake.resources["AWS::AppFlow::Flow", "dg-flow"] = {"Tags": PAIRS, key: True}
    again = AwsCloud(JANITOR, api).read(discovered(api)[FLOW])
    assert again is not None
    assert again.protection


def test_each_attempt_after_a_failure_has_a_client_token_of_its_own(fake: FakeCloudControl, api: AwsApi) -> None:
    fake.tagged[FLOW] = EXPIRED
    fake.resources["AWS::AppFlow::Flow", "dg-flow"] = {"Tags": PAIRS}
    fake.failures = ["ServiceInternalError", "Throttling"]
    AwsWriter(JANITOR, api).delete(discovered(api)[FLOW])
    assert fake.resources == {}
    assert len(set(fake.tokens)) == 3


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("NotFound", NotFound),
        ("AccessDenied", AccessDenied),
        ("ResourceConflict", StillInUse),
        ("NotStabilized", StillInUse),
        ("Throttling", TransientError),
        ("InvalidRequest", PermanentError),
    ],
)
def test_each_way_to_fail_has_its_meaning(
    fake: FakeCloudControl, api: AwsApi, code: str, meaning: type[DriftGuardError]
) -> None:
    fake.tagged[FLOW] = EXPIRED
    fake.resources["AWS::AppFlow::Flow", "dg-flow"] = {"Tags": PAIRS}
    fake.failures = [code] * tail.ATTEMPTS
    with pytest.raises(meaning):
        AwsWriter(JANITOR, api).delete(discovered(api)[FLOW])


def test_a_tagged_resource_that_nothing_can_delete_is_a_gap_by_name(fake: FakeCloudControl, api: AwsApi) -> None:
    fake.tagged[UNKNOWN] = EXPIRED
    [gap] = [item for item in AwsCloud(JANITOR, api).discover() if isinstance(item, Gap)]
    assert (gap.what, gap.error) == (UNKNOWN, "nothing here can delete a quantum:entangler")


def test_the_table_is_sound() -> None:
    """Each identifier is made of its own ARN's fields, and no kind with a file of its own hides behind it."""
    types = AwsTypes()
    assert len(types.long_tail) > 500
    for kind in tail.table().values():
        fields = dict.fromkeys(re.findall(r"\{(\w+)\}", kind.arn.text), "x") | {
            "partition": "aws",
            "region": "eu-west-1",
        }
        arn = kind.arn.format({**fields, "account": ACCOUNT})
        matched = kind.arn.match(arn)
        assert matched is not None
        kind.identifier.format_map({**matched, "arn": arn})
        found = types.of(Arn.parse(arn))
        assert found is not None
        assert found.kind in (kind.kind, *types.by_kind)
