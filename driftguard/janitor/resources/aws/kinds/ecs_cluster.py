"""ECS clusters. Services and tasks go first."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="ecs:cluster",
    arn=ArnPattern("ecs:{region}:{account}:cluster/{name}"),
    one=Ask("ecs", "describe_clusters", {"clusters": ["{name}"], "include": ["TAGS"]}, "clusters"),
    remove=Ask("ecs", "delete_cluster", {"cluster": "{name}"}),
    tags="tags",
    state="status",
    gone=("INACTIVE",),
    going=("DEPROVISIONING",),
    after=("ecs:service", "ecs:task", "autoscaling:group", "ec2:instance"),
)
