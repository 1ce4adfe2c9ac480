"""IAM roles, with their policies. One in an instance profile waits for it. Service-linked ones are AWS's business."""

from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _protection(_at: At, item: Item) -> str:
    return "a service of AWS owns this role" if item["Path"].startswith("/aws-") else ""


def _remove(at: At) -> str:
    role = {"RoleName": at["name"]}
    for profile in at.every("iam", "list_instance_profiles_for_role", "InstanceProfiles", **role):
        name = profile["InstanceProfileName"]
        raise StillInUse(f"{at['arn']} is in the instance profile {name}, which stays")
    for policy in at.every("iam", "list_attached_role_policies", "AttachedPolicies", **role):
        at.call("iam", "detach_role_policy", **role, PolicyArn=policy["PolicyArn"])
    for inline in at.every("iam", "list_role_policies", "PolicyNames", **role):
        at.call("iam", "delete_role_policy", **role, PolicyName=inline[""])
    at.call("iam", "delete_role", **role)
    return ""


RESOURCE = NativeKind(
    kind="iam:role",
    arn=ArnPattern("iam::{account}:role/{path/}{name}"),
    one=Ask("iam", "get_role", {"RoleName": "{name}"}, "Role"),
    remove=_remove,
    every=Ask("iam", "list_roles", path="Roles"),
    tags=Ask("iam", "list_role_tags", {"RoleName": "{name}"}, "Tags"),
    created="CreateDate",
    protection=_protection,
    after=(
        "iam:instance-profile",
        "ec2:instance",
        "lambda:function",
        "ecs:service",
        "eks:cluster",
        "eks:nodegroup",
        "cloudformation:stack",
    ),
    also_reads=("iam:ListAttachedRolePolicies", "iam:ListRolePolicies", "iam:ListInstanceProfilesForRole"),
    also_writes=(
        "iam:DetachRolePolicy",
        "iam:DeleteRolePolicy",
        "iam:DeleteRole",
    ),
)
