"""EFS access points."""

from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="elasticfilesystem:access-point",
    arn=ArnPattern("elasticfilesystem:{region}:{account}:access-point/{id}"),
    one=Ask("efs", "describe_access_points", {"AccessPointId": "{id}"}, "AccessPoints"),
    remove=Ask("efs", "delete_access_point", {"AccessPointId": "{id}"}),
    named=NAME_TAG,
    after=("ecs:service", "lambda:function"),
)
