"""IAM in front of moto: every request is judged by the policies of the role that signed it.

moto itself knows neither resource-tag conditions nor the ARNs of anything but S3. This judge knows what the roles of
terraform/modules/oidc/aws use (Allow, Deny, ARN patterns, StringLike, StringEqualsIgnoreCase, Null) and raises on
anything else, so that it can't wave through what it doesn't understand.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from stage.moto_cloud import ACCOUNT, MotoCloud
from stage.oidc import Answer, relay, serving

Document = Mapping[str, Any]
Tags = Mapping[str, str]


@dataclass(frozen=True)
class Role:
    """A role as it stands in the cloud: whom it trusts, and policy name -> document."""

    trust: Document
    policies: Mapping[str, Document]


def role_in(cloud: MotoCloud, name: str) -> Role:
    iam = cloud.client("iam")
    found = {}
    for policy in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        answer = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        found[policy["PolicyName"]] = answer["PolicyVersion"]["Document"]
    return Role(iam.get_role(RoleName=name)["Role"]["AssumeRolePolicyDocument"], found)


def permits(documents: Sequence[Document], action: str, arn: str, tags: Tags) -> bool:
    """Whether some statement allows it and none denies it."""
    effects = {
        statement["Effect"]
        for document in documents
        for statement in document["Statement"]
        if _concerns(statement, action, arn) and _holds(statement.get("Condition", {}), tags)
    }
    return "Allow" in effects and "Deny" not in effects


def _concerns(statement: Mapping[str, Any], action: str, arn: str) -> bool:
    unknown = set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"}
    assert not unknown, f"this judge doesn't know {unknown}"
    named = any(fnmatchcase(action.lower(), pattern.lower()) for pattern in _many(statement["Action"]))
    return named and any(fnmatchcase(arn, pattern) for pattern in _many(statement["Resource"]))


def _holds(condition: Mapping[str, Mapping[str, Any]], tags: Tags) -> bool:
    known = {f"aws:resourcetag/{key}".lower(): value for key, value in tags.items()}
    return all(
        _TESTS[operator](known.get(key.lower()), _many(wanted))
        for operator, keys in condition.items()
        for key, wanted in keys.items()
    )


_TESTS: Mapping[str, Callable[[str | None, Sequence[str]], bool]] = {
    "StringLike": lambda value, wanted: value is not None and any(fnmatchcase(value, each) for each in wanted),
    "StringEqualsIgnoreCase": lambda value, wanted: value is not None and value.lower() in map(str.lower, wanted),
    "Null": lambda value, wanted: [str(value is None).lower()] == list(wanted),
}


def _many(value: Any) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


@dataclass
class EnforcingIam:
    """The front. ``roles`` maps access keys to role names; a key that isn't there is the test's own and may all."""

    cloud: MotoCloud
    documents: Mapping[str, Sequence[Document]]
    roles: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    denied: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, asked: BaseHTTPRequestHandler, body: bytes) -> Answer:
        signed = re.search(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/", asked.headers.get("Authorization", ""))
        role = self.roles.get(signed[1]) if signed else None
        if signed is None or role is None or signed[3] == "sts":
            return relay(self.cloud.url, asked, body)
        documents = self.documents[role]
        for action, arn in requested(signed[3], signed[2], asked, body):
            with self._lock:
                self.asked.append((action, arn))
            if not permits(documents, action, arn, self._tags(arn)):
                with self._lock:
                    self.denied.append((action, arn))
                return _denial(signed[3], action, arn)
        return relay(self.cloud.url, asked, body)

    def _tags(self, arn: str) -> Tags:
        """S3 shows no tags to conditions unless a bucket is switched to it."""
        _, _, service, region, _, name = arn.split(":", 5) if arn != "*" else ("", "", "", "", "", "")
        if service != "sqs":
            return {}
        sqs = self._sqs(region)
        tags: Tags = sqs.list_queue_tags(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"]).get("Tags", {})
        return tags

    def _sqs(self, region: str) -> Any:
        with self._lock:
            if region not in self._clients:
                self._clients[region] = self.cloud.client("sqs", region)
            return self._clients[region]


def requested(service: str, region: str, asked: BaseHTTPRequestHandler, body: bytes) -> Iterator[tuple[str, str]]:
    """The IAM actions and ARNs that one request stands for."""
    target = asked.headers.get("X-Amz-Target", "")
    if service == "s3":
        yield from _s3(asked, body)
    elif service == "tagging":
        yield "tag:GetResources", "*"
    elif service == "sqs":
        said = json.loads(body)
        name = said.get("QueueName") or said["QueueUrl"].rpartition("/")[2]
        yield f"sqs:{target.rpartition('.')[2]}", f"arn:aws:sqs:{region}:{ACCOUNT}:{name}"
    else:
        yield f"{service}:{parse_qs(body.decode())['Action'][0]}", "*"


_S3_READS = {
    "tagging": "s3:GetBucketTagging",
    "object-lock": "s3:GetBucketObjectLockConfiguration",
    "versions": "s3:ListBucketVersions",
    "uploads": "s3:ListBucketMultipartUploads",
}


def _s3(asked: BaseHTTPRequestHandler, body: bytes) -> Iterator[tuple[str, str]]:
    parts = urlsplit(asked.path)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    query, arn = parse_qs(parts.query, keep_blank_values=True), f"arn:aws:s3:::{bucket}"
    if asked.command == "GET" and not bucket:
        yield "s3:ListAllMyBuckets", "*"
    elif asked.command == "GET":
        yield next(action for part, action in _S3_READS.items() if part in query), arn
    elif asked.command == "DELETE" and "uploadId" in query:
        yield "s3:AbortMultipartUpload", f"{arn}/{key}"
    elif asked.command == "DELETE" and not key:
        yield "s3:DeleteBucket", arn
    elif asked.command == "POST" and "delete" in query:
        for name, version in re.findall(r"<Key>(.*?)</Key>(?:<VersionId>(.*?)</VersionId>)?", body.decode()):
            yield "s3:DeleteObjectVersion" if version not in ("", "null") else "s3:DeleteObject", f"{arn}/{name}"
    else:
        raise AssertionError(f"this judge doesn't know {asked.command} {asked.path}")


def _denial(service: str, action: str, arn: str) -> Answer:
    said = f"not authorized to perform {action} on {arn}"
    if service == "s3":
        return 403, "application/xml", f"<Error><Code>AccessDenied</Code><Message>{said}</Message></Error>"
    return 403, "application/x-amz-json-1.0", json.dumps({"__type": "AccessDeniedException", "message": said})


@contextmanager
def enforcing(cloud: MotoCloud, documents: Mapping[str, Sequence[Document]]) -> Iterator[EnforcingIam]:
    iam = EnforcingIam(cloud, documents)
    with serving(iam.answer) as iam.url:
        yield iam
