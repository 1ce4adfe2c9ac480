"""S3 buckets, with every version, delete marker and unfinished upload in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar

from driftguard.errors import AccessDenied, NotFound, PermanentError, Withheld
from driftguard.janitor.resources.aws.resource import Arn, AwsApi, Tags, region_of, tag_map, target
from driftguard.model import Target, fingerprint

KIND = "s3:bucket"
BATCH = 1000
"""Objects in one DeleteObjects, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html."""


class S3Bucket:
    """Listed natively: only S3 itself says where a bucket lies, how old it is, and that one has no tags at all."""

    kind: ClassVar[str] = KIND
    after: ClassVar[tuple[str, ...]] = ()
    reads: ClassVar[tuple[str, ...]] = (
        "s3:ListAllMyBuckets",
        "s3:GetBucketTagging",
        "s3:GetBucketObjectLockConfiguration",
        "s3:ListBucketVersions",
        "s3:ListBucketMultipartUploads",
    )
    writes: ClassVar[tuple[str, ...]] = (
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:AbortMultipartUpload",
    )

    def claims(self, arn: Arn) -> bool:
        return arn.service == "s3"

    def name(self, arn: Arn) -> str:
        return arn.resource

    def native(self, api: AwsApi, region: str) -> Iterator[Target]:
        for bucket in _buckets(api, region):
            name = bucket["Name"]
            found = target(api, KIND, region, f"arn:aws:s3:::{name}", name, None)
            yield replace(found, created_at=bucket["CreationDate"])

    def read(self, api: AwsApi, target: Target) -> Target | None:
        region = region_of(target)
        found = next((bucket for bucket in _buckets(api, region) if bucket["Name"] == target.name), None)
        if found is None:
            return None
        try:
            tags = _tags(api, region, target.name)
            protection = _lock(api, region, target.name)
        except NotFound:
            return None
        return replace(
            target,
            tags=tags,
            fingerprint=fingerprint(tags),
            created_at=found["CreationDate"],
            protection=protection,
        )

    def delete(self, api: AwsApi, target: Target) -> str:
        region, name = region_of(target), target.name
        if _lock(api, region, name):
            raise Withheld(f"{name}: Object Lock keeps what is in it")
        objects = _empty(api, region, name)
        _abort_uploads(api, region, name)
        api.call("s3", "delete_bucket", region=region, Bucket=name)
        return f"{objects} object versions went with it" if objects else ""


def _buckets(api: AwsApi, region: str) -> Iterator[Mapping[str, Any]]:
    for page in api.pages("s3", "list_buckets", region=region, BucketRegion=region):
        yield from page.get("Buckets", ())


def _tags(api: AwsApi, region: str, name: str) -> Tags | None:
    """``None`` if we may not read them: then the bucket is protected."""
    try:
        return tag_map(api.call("s3", "get_bucket_tagging", region=region, Bucket=name)["TagSet"])
    except AccessDenied:
        return None
    except NotFound as error:
        if "NoSuchTagSet" in str(error):
            return {}
        raise


def _lock(api: AwsApi, region: str, name: str) -> str:
    try:
        found = api.call("s3", "get_object_lock_configuration", region=region, Bucket=name)
    except NotFound as error:
        if "ObjectLockConfigurationNotFound" in str(error):
            return ""
        raise
    enabled = found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
    return "S3 Object Lock" if enabled else ""


def _empty(api: AwsApi, region: str, name: str) -> int:
    """Delete every version and delete marker; the count. Raises ``PermanentError`` if one won't go."""
    count = 0
    for page in api.pages("s3", "list_object_versions", region=region, Bucket=name, MaxKeys=BATCH):
        doomed = [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if not doomed:
            continue
        answer = api.call("s3", "delete_objects", region=region, Bucket=name, Delete={"Objects": doomed, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise PermanentError(f"s3:DeleteObjects: {error.get('Code')}: {name}/{error.get('Key')}")
        count += len(doomed)
    return count


def _abort_uploads(api: AwsApi, region: str, name: str) -> None:
    for page in api.pages("s3", "list_multipart_uploads", region=region, Bucket=name):
        for upload in page.get("Uploads", ()):
            which = {"Bucket": name, "Key": upload["Key"], "UploadId": upload["UploadId"]}
            api.call("s3", "abort_multipart_upload", region=region, **which)


RESOURCE = S3Bucket()
