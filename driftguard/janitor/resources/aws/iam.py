"""What AWS calls an operation where a role allows it: ``states:ListStateMachines`` for boto3's ``stepfunctions``."""

from __future__ import annotations

_PREFIXES = {
    "apigatewayv2": "apigateway",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "opensearch": "es",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "stepfunctions": "states",
    "cloudcontrol": "cloudformation",
}
"""boto3's name of a service -> its prefix in IAM, where they differ."""

_ACTIONS = {
    "s3:list_buckets": "ListAllMyBuckets",
    "s3:get_object_lock_configuration": "GetBucketObjectLockConfiguration",
    "s3:delete_objects": "DeleteObject",
    "s3:list_object_versions": "ListBucketVersions",
    "s3:list_multipart_uploads": "ListBucketMultipartUploads",
}
"""Where the action isn't the operation's name, https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html."""


_SPELLED = {"db": "DB", "ssh": "SSH", "mfa": "MFA"}
"""Words that operations write in capitals."""


def action(service: str, operation: str) -> str:
    """The IAM action behind boto3's ``service`` and ``operation``."""
    prefix = _PREFIXES.get(service, service)
    if prefix == "apigateway":  # its actions are HTTP methods
        return "apigateway:DELETE" if operation.startswith("delete_") else "apigateway:GET"
    return f"{prefix}:{_ACTIONS.get(f'{service}:{operation}') or _camel(operation)}"


def _camel(operation: str) -> str:
    return "".join(_SPELLED.get(word, word.capitalize()) for word in operation.split("_"))
