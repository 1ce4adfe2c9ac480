"""ECS task definitions, revision by revision: deregistered, then deleted."""

from driftguard.janitor.resources.aws.native import ArnPattern, At, Item, NativeKind


def _one(at: At) -> Item:
    answer = at.call("ecs", "describe_task_definition", taskDefinition=at["arn"], include=["TAGS"])
    return {**answer["taskDefinition"], "tags": answer.get("tags", [])}


def _remove(at: At) -> str:
    at.call("ecs", "deregister_task_definition", taskDefinition=at["arn"])
    at.call("ecs", "delete_task_definitions", taskDefinitions=[at["arn"]])
    return ""


RESOURCE = NativeKind(
    kind="ecs:task-definition",
    arn=ArnPattern("ecs:{region}:{account}:task-definition/{name}:{revision}"),
    one=_one,
    remove=_remove,
    tags="tags",
    created="registeredAt",
    state="status",
    gone=("INACTIVE", "DELETE_IN_PROGRESS"),
    says_gone="Unable to describe task definition",
    after=("ecs:service", "ecs:task"),
    also_reads=("ecs:DescribeTaskDefinition",),
    also_writes=("ecs:DeregisterTaskDefinition", "ecs:DeleteTaskDefinitions"),
)
