"""S3 buckets, with every version, delete marker, unfinished upload and access point. Object Lock protects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from driftguard.errors import AccessDenied, NotFound, PermanentError, StillInUse, Withheld
from driftguard.janitor.resources.aws import sweep
from driftguard.janitor.resources.aws.answers import Tags, tag_map
from driftguard.janitor.resources.aws.native import REGION, ArnPattern, At, Item, NativeKind
from driftguard.janitor.resources.aws.together import LISTED, Together, common_prefix

BATCH = 1000
"""Objects in one DeleteObjects, https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html."""


def _every(at: At) -> Iterator[Item]:
    """S3 itself tells where a bucket lies and how old it is; the tags of the owned ones come in pages of 100."""
    asked = {"ResourceTypeFilters": ["s3"]}
    swept = sweep.pages(at.api, at.region, asked)
    tags = {mapping["ResourceARN"]: mapping["Tags"] for page in swept for mapping in page}
    for bucket in at.every("s3", "list_buckets", "Buckets", BucketRegion=at.region):
        arn = f"arn:{at['partition']}:s3:::{bucket['Name']}"
        yield {**bucket, "Arn": arn, "Tags": tags.get(arn)}


def _one(at: At) -> Item | None:
    return next((bucket for bucket in _listed(at, [at["name"]]) if bucket["Name"] == at["name"]), None)


def _listed(at: At, names: Sequence[str]) -> Iterator[Item]:
    return at.every("s3", "list_buckets", "Buckets", BucketRegion=at.region, Prefix=common_prefix(names))


def _tags(at: At, _item: Item) -> Tags | None:
    try:
        return tag_map(at.call("s3", "get_bucket_tagging", Bucket=at["name"])["TagSet"])
    except AccessDenied:
        return None
    except NotFound as error:
        if "NoSuchTagSet" in str(error):
            return {}
        raise


def _lock(at: At, _item: Item | None = None) -> str:
    try:
        found = at.call("s3", "get_object_lock_configuration", Bucket=at["name"])
    except NotFound as error:
        if "ObjectLockConfigurationNotFound" in str(error):
            return ""
        raise
    enabled = found.get("ObjectLockConfiguration", {}).get("ObjectLockEnabled") == "Enabled"
    return "S3 Object Lock" if enabled else ""


def _remove(at: At) -> str:
    if _lock(at):
        raise Withheld(f"{at['name']}: Object Lock keeps what is in it")
    objects = _empty(at)
    for upload in at.every("s3", "list_multipart_uploads", "Uploads", Bucket=at["name"]):
        which = {"Bucket": at["name"], "Key": upload["Key"], "UploadId": upload["UploadId"]}
        at.call("s3", "abort_multipart_upload", **which)
    try:
        at.call("s3", "delete_bucket", Bucket=at["name"])
    except (PermanentError, StillInUse) as error:
        if "AccessPoint" not in str(error):
            raise
        _remove_access_points(at)
        at.call("s3", "delete_bucket", Bucket=at["name"])
    return f"{objects} object versions went with it" if objects else ""


def _remove_access_points(at: At) -> None:
    asked = {"AccountId": at["account"], "Bucket": at["name"]}
    for point in at.every("s3control", "list_access_points", "AccessPointList", **asked):
        at.call("s3control", "delete_access_point", AccountId=at["account"], Name=point["Name"])


def _empty(at: At) -> int:
    """Delete every version and delete marker; the count. Raises ``PermanentError`` if one won't go."""
    count = 0
    for page in at.pages("s3", "list_object_versions", Bucket=at["name"], MaxKeys=BATCH):
        doomed = [
            {"Key": version["Key"], "VersionId": version["VersionId"]}
            for version in (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
        ]
        if not doomed:
            continue
        answer = at.call("s3", "delete_objects", Bucket=at["name"], Delete={"Objects": doomed, "Quiet": True})
        for error in answer.get("Errors", ()):
            raise PermanentError(f"s3:DeleteObjects: {error.get('Code')}: {at['name']}/{error.get('Key')}")
        count += len(doomed)
    return count


RESOURCE = NativeKind(
    kind="s3:bucket",
    arn=ArnPattern("s3:::{name}"),
    place=REGION,
    one=_one,
    remove=_remove,
    every=_every,
    listing_tells=True,
    tags=_tags,
    together=Together(_listed, "Name", "name", most=LISTED, least=20),
    created="CreationDate",
    protection=_lock,
    also_reads=(
        "s3:ListAllMyBuckets",
        "s3:GetBucketTagging",
        "s3:GetBucketObjectLockConfiguration",
        "s3:ListBucketVersions",
        "s3:ListBucketMultipartUploads",
        "s3:ListAccessPoints",
        "tag:GetResources",
    ),
    also_writes=(
        "s3:DeleteBucket",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:AbortMultipartUpload",
        "s3:DeleteAccessPoint",
    ),
)
