"""CloudFormation stacks, with what they made. Termination protection protects; nested stacks go with their root."""

from driftguard.janitor.resources.aws.along import of_stack
from driftguard.janitor.resources.aws.declaration import one_by_one
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _protection(_at: At, item: Item) -> str:
    if item.get("EnableTerminationProtection"):
        return "CloudFormation termination protection"
    return "it belongs to another stack, and goes with that one" if item.get("RootId") else ""


RESOURCE = NativeKind(
    kind="cloudformation:stack",
    arn=ArnPattern("cloudformation:{region}:{account}:stack/{name}/{id}"),
    one=Ask("cloudformation", "describe_stacks", {"StackName": "{arn}"}, "Stacks"),
    remove=Ask("cloudformation", "delete_stack", {"StackName": "{arn}"}),
    created="CreationTime",
    state="StackStatus",
    gone=("DELETE_COMPLETE",),
    going=("DELETE_IN_PROGRESS",),
    failed=("DELETE_FAILED",),
    patience=840,
    protection=_protection,
    takes=one_by_one(lambda at, _item: of_stack(at, at["arn"])),
    also_reads=("tag:GetResources", "cloudformation:ListStackResources"),
    says_gone="does not exist",
)
