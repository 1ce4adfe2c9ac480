"""ECS services, with their tasks."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="ecs:service",
    arn=ArnPattern("ecs:{region}:{account}:service/{cluster}/{name}"),
    one=Ask(
        "ecs", "describe_services", {"cluster": "{cluster}", "services": ["{name}"], "include": ["TAGS"]}, "services"
    ),
    remove=Ask("ecs", "delete_service", {"cluster": "{cluster}", "service": "{name}", "force": True}),
    tags="tags",
    created="createdAt",
    state="status",
    gone=("INACTIVE",),
    going=("DRAINING",),
    patience=240,
)
