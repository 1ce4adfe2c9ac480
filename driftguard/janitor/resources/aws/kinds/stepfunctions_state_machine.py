"""Step Functions state machines. Executions under way stop at their next transition."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="states:stateMachine",
    arn=ArnPattern("states:{region}:{account}:stateMachine:{name}"),
    one=Ask("stepfunctions", "describe_state_machine", {"stateMachineArn": "{arn}"}),
    remove=Ask("stepfunctions", "delete_state_machine", {"stateMachineArn": "{arn}"}),
    tags=Ask("stepfunctions", "list_tags_for_resource", {"resourceArn": "{arn}"}, "tags"),
    created="creationDate",
    state="status",
    going=("DELETING",),
    patience=120,
)
