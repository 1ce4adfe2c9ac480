"""The roles as Terraform makes them, in a cloud that enforces IAM: what they hold when driftguard's own gate is off.

Every deletion here goes straight to the writer. moto enforces S3's ARNs by itself; it knows no conditions and no ARNs
of other services, so that ``stage.iam`` judges those in front of it, by the policies that hang on the role in moto.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from moto.backends import get_backend
from moto.core.authorization import enable_iam_authentication
from stage import iam as stage_iam
from stage import tf
from stage.moto_cloud import ACCOUNT, EXPIRED, MotoCloud

from driftguard.clients import aws as client
from driftguard.errors import AccessDenied
from driftguard.janitor.resources import aws as resources
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.model import Target
from driftguard.policy import Janitor

REGION = "eu-west-1"
JANITOR = Janitor.model_validate({"clouds": {"aws": {"accounts": [ACCOUNT], "regions": [REGION]}}})
OURS, PROTECTED = EXPIRED, EXPIRED | {"Environment": "production"}

pytestmark = [
    pytest.mark.long,
    pytest.mark.slow,
    pytest.mark.skipif(tf.missing("hashicorp/aws") != "", reason=tf.missing("hashicorp/aws") or "-"),
]


@pytest.fixture(scope="module")
def roles(moto_server: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, stage_iam.Role]:
    """What `terraform apply` makes of them. Kept here, since moto forgets everything between tests."""
    directory, cloud = tf.copied("modules/oidc/aws", tmp_path_factory.mktemp("applied")), MotoCloud(moto_server)
    environ = dict(cloud.environ) | {"AWS_EC2_METADATA_DISABLED": "true"}
    arns = tf.apply(directory, environ, repository="acme/shop").values()
    found = {name: stage_iam.role_in(cloud, name) for name in (arn.rpartition("/")[2] for arn in arns)}
    get_backend("iam").reset()
    return found


@pytest.fixture
def front(roles: Mapping[str, stage_iam.Role], aws: MotoCloud) -> Iterator[stage_iam.EnforcingIam]:
    documents = {name: list(role.policies.values()) for name, role in roles.items()}
    with stage_iam.enforcing(aws, documents) as front:
        yield front


def signed_in(cloud: MotoCloud, role: str, url: str) -> dict[str, str]:
    """What boto3 finds in the environment of a job that took ``role``."""
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    sts = cloud.client("sts")
    given = sts.assume_role_with_web_identity(RoleArn=arn, RoleSessionName="test", WebIdentityToken="test")[
        "Credentials"
    ]
    return {
        "AWS_ENDPOINT_URL": url,
        "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
        "AWS_SESSION_TOKEN": given["SessionToken"],
        "AWS_DEFAULT_REGION": REGION,
    }


@pytest.fixture
def as_role(front: stage_iam.EnforcingIam, monkeypatch: pytest.MonkeyPatch) -> Any:
    def sign_in(role: str) -> None:
        for name, value in (environ := signed_in(front.cloud, role, front.url)).items():
            monkeypatch.setenv(name, value)
        front.roles[environ["AWS_ACCESS_KEY_ID"]] = role

    return sign_in


def queue(name: str) -> Target:
    return Target("aws", f"aws/{ACCOUNT}/{REGION}", "sqs:queue", f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", name)


def bucket(name: str) -> Target:
    return Target("aws", f"aws/{ACCOUNT}/{REGION}", "s3:bucket", f"arn:aws:s3:::{name}", name)


def delete(target: Target) -> str:
    return resources.cloud_writer(JANITOR, client.writer(JANITOR, {})).delete(target)


def read(target: Target) -> Target | None:
    return resources.cloud(JANITOR, client.reader(JANITOR, {})).read(target)


@pytest.fixture
def filled(front: stage_iam.EnforcingIam) -> MotoCloud:
    cloud = front.cloud
    cloud.queue("dg-old", OURS)
    cloud.queue("dg-untagged", {})
    cloud.queue("dg-kept", PROTECTED)
    cloud.queue("dg-pinned", OURS | {"protected": "yes"})
    cloud.queue("web", OURS)
    cloud.bucket("dg-bucket", OURS, versions=2)
    cloud.bucket("customers", OURS, versions=1)
    cloud.client("s3").create_multipart_upload(Bucket="dg-bucket", Key="part")
    return cloud


def test_the_write_role_deletes_ours_and_is_denied_whatever_isnt(
    filled: MotoCloud, front: stage_iam.EnforcingIam, as_role: Any
) -> None:
    as_role("driftguard-write")
    delete(queue("dg-old"))
    delete(bucket("dg-bucket"))
    for foreign in (queue("dg-untagged"), queue("dg-kept"), queue("dg-pinned"), queue("web"), bucket("customers")):
        with pytest.raises(AccessDenied):
            delete(foreign)
    assert filled.names() == {"dg-untagged", "dg-kept", "dg-pinned", "web", "customers"}
    assert filled.client("s3").list_object_versions(Bucket="customers")["Versions"], "and nothing in it was touched"


def test_the_read_role_sees_everything_and_deletes_nothing(
    filled: MotoCloud, front: stage_iam.EnforcingIam, as_role: Any
) -> None:
    as_role("driftguard-read")
    before = filled.names()
    assert [read(target) is not None for target in (queue("dg-old"), bucket("dg-bucket"))] == [True, True]
    assert front.denied == [], "a read that the role lacks"
    for target in (queue("dg-old"), bucket("dg-bucket")):
        with pytest.raises(AccessDenied):
            delete(target)
    assert filled.names() == before


def test_each_right_of_queues_and_buckets_is_used_and_each_call_has_its_right(
    filled: MotoCloud, front: stage_iam.EnforcingIam, as_role: Any
) -> None:
    as_role("driftguard-write")
    filled.client("s3").create_bucket(Bucket="dg-plain", CreateBucketConfiguration={"LocationConstraint": REGION})
    filled.client("s3").put_object(Bucket="dg-plain", Key="unversioned", Body=b"x")
    for target in (queue("dg-old"), bucket("dg-bucket"), bucket("dg-plain")):
        read(target)
        delete(target)
    kinds = [AwsTypes().by_kind[kind] for kind in ("s3:bucket", "sqs:queue")]
    declared = {action for kind in kinds for action in (*kind.reads, *kind.writes)}
    assert front.denied == []
    used = {action for action, _ in front.asked}
    assert used - declared == set()
    assert declared - used <= {
        "tag:GetResources",  # the sweep
        "s3:ListAccessPoints",  # only a bucket that has some
        "s3:DeleteAccessPoint",
        "sqs:ListQueues",  # many queues at once
        "sqs:GetQueueAttributes",  # the age of one that no tag says the end of
    }


def test_moto_itself_refuses_the_write_role_a_bucket_that_isnt_ours(
    roles: Mapping[str, stage_iam.Role], aws: MotoCloud
) -> None:
    """With moto's own IAM switched on, and without the denials: moto takes their conditions for true."""
    aws.bucket("dg-bucket", OURS)
    aws.bucket("customers", OURS)
    iam, role = aws.client("iam"), roles["driftguard-write"]
    iam.create_role(RoleName="driftguard-write", AssumeRolePolicyDocument=json.dumps(role.trust))
    for name, document in role.policies.items():
        if not name.endswith("-protect"):
            iam.put_role_policy(RoleName="driftguard-write", PolicyName=name, PolicyDocument=json.dumps(document))
    environ = signed_in(aws, "driftguard-write", aws.url)
    with enable_iam_authentication(), pytest.MonkeyPatch.context() as patch:
        for name, value in environ.items():
            patch.setenv(name, value)
        api = client.writer(JANITOR, {})
        api.call("s3", "delete_bucket", region=REGION, Bucket="dg-bucket")
        with pytest.raises(AccessDenied):
            api.call("s3", "delete_bucket", region=REGION, Bucket="customers")
    assert aws.names() == {"customers"}


def test_only_this_repository_and_environment_are_trusted_with_writing(
    roles: Mapping[str, stage_iam.Role],
) -> None:
    (statement,) = roles["driftguard-write"].trust["Statement"]
    issuer = "token.actions.githubusercontent.com"
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Principal"]["Federated"].endswith(f"oidc-provider/{issuer}")
    assert statement["Condition"] == {
        "StringEquals": {
            f"{issuer}:aud": "sts.amazonaws.com",
            f"{issuer}:sub": "repo:acme/shop:environment:driftguard",
        }
    }


def test_numbers_and_workflows_are_what_is_trusted_where_the_roles_are_given_them(
    aws: MotoCloud, tmp_path: Path
) -> None:
    directory, environ = tf.copied("modules/oidc/aws", tmp_path), dict(aws.environ)
    environ["AWS_EC2_METADATA_DISABLED"] = "true"
    engine = f"acme/driftguard@{'5a' * 20}"
    tf.apply(directory, environ, repository="acme/shop", owner_id="41", repository_id="42", engine=engine)
    trusted = [each["Condition"] for each in stage_iam.role_in(aws, "driftguard-write").trust["Statement"]]
    said = [{name.rpartition(":")[2]: value for name, value in each["StringEquals"].items()} for each in trusted]
    everywhere = {"aud": "sts.amazonaws.com", "sub": "repo:acme@41/shop@42:environment:driftguard"}
    workflows = f"acme/driftguard/.github/workflows/{{}}.yml@{'5a' * 20}"
    assert said == [
        everywhere | {"job_workflow_ref": workflows.format("janitor-cron"), "ref": "refs/heads/main"},
        everywhere | {"job_workflow_ref": workflows.format("driftguard-main")},
    ]
    half = ("-var=repository=acme/shop", "-var=repository_id=42")
    done = tf.terraform("plan", "-input=false", *half, cwd=directory, environ=environ)
    assert done.returncode == 1
    assert "go together" in done.stdout + done.stderr


def test_no_policy_is_longer_than_iam_takes(roles: Mapping[str, stage_iam.Role]) -> None:
    """6,144 characters without spaces, ten policies a role."""
    documents = list(roles["driftguard-write"].policies.values())
    assert len(documents) <= 10
    assert max(len(str(document).replace(" ", "")) for document in documents) <= 6144


ANY = {"Effect": "Allow", "Action": "*", "Resource": "*"}
OWNED = ANY | {"Condition": {"StringLike": {"aws:ResourceTag/Owner": "?*"}}}
JUDGED = [
    (ANY | {"Action": "sqs:*"}, {}, True),
    (ANY | {"Action": "sns:*"}, {}, False),
    (ANY | {"Action": ["SQS:deletequeue"], "Resource": ["arn:aws:sqs:*:*:dg-*"]}, {}, True),
    (ANY | {"Resource": "arn:aws:sqs:*:*:web*"}, {}, False),
    (OWNED, {}, False),
    (OWNED, {"Owner": ""}, False),
    (OWNED, {"owner": "x"}, True),
    (ANY | {"Condition": {"Null": {"aws:ResourceTag/p": "false"}}}, {}, False),
    (ANY | {"Condition": {"Null": {"aws:ResourceTag/p": "false"}}}, {"p": "x"}, True),
    (ANY | {"Effect": "Deny"}, {}, False),
]


@pytest.mark.parametrize(("statement", "tags", "may"), JUDGED)
def test_the_judge_in_front_of_moto_judges_as_iam_documents(
    statement: Mapping[str, Any], tags: Mapping[str, str], may: bool
) -> None:
    documents = [{"Statement": [statement]}]
    assert stage_iam.permits(documents, "sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:1:dg-x", tags) is may
    denied = {"Statement": [{"Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "*"}]}
    assert not stage_iam.permits([*documents, denied], "sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:1:dg-x", tags)
