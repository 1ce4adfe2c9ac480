"""ECS tasks under way that no service keeps up; stopping one is its end."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="ecs:task",
    arn=ArnPattern("ecs:{region}:{account}:task/{cluster}/{id}"),
    one=Ask("ecs", "describe_tasks", {"cluster": "{cluster}", "tasks": ["{id}"], "include": ["TAGS"]}, "tasks"),
    remove=Ask("ecs", "stop_task", {"cluster": "{cluster}", "task": "{id}", "reason": "its environment has ended"}),
    named="{cluster}",
    tags="tags",
    created="createdAt",
    state="lastStatus",
    gone=("STOPPED",),
    going=("DEACTIVATING", "STOPPING", "DEPROVISIONING"),
    patience=240,
    after=("ecs:service",),
)
