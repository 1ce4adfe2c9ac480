"""Managed policies of our own, with their versions, taken off whatever they are attached to."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, NativeKind

_DETACH = (
    ("PolicyRoles", "RoleName", "detach_role_policy"),
    ("PolicyUsers", "UserName", "detach_user_policy"),
    ("PolicyGroups", "GroupName", "detach_group_policy"),
)


def _remove(at: At) -> str:
    policy = {"PolicyArn": at["arn"]}
    for page in at.pages("iam", "list_entities_for_policy", **policy):
        for path, name, operation in _DETACH:
            for entity in page.get(path, ()):
                at.call("iam", operation, **policy, **{name: entity[name]})
    for version in at.every("iam", "list_policy_versions", "Versions", **policy):
        if not version["IsDefaultVersion"]:
            at.call("iam", "delete_policy_version", **policy, VersionId=version["VersionId"])
    at.call("iam", "delete_policy", **policy)
    return ""


RESOURCE = NativeKind(
    kind="iam:policy",
    arn=ArnPattern("iam::{account}:policy/{path/}{name}"),
    one=Ask("iam", "get_policy", {"PolicyArn": "{arn}"}, "Policy"),
    remove=_remove,
    every=Ask("iam", "list_policies", {"Scope": "Local"}, "Policies"),
    tags=Ask("iam", "list_policy_tags", {"PolicyArn": "{arn}"}, "Tags"),
    created="CreateDate",
    after=("iam:role", "iam:user"),
    also_reads=("iam:ListEntitiesForPolicy", "iam:ListPolicyVersions"),
    also_writes=(
        "iam:DetachRolePolicy",
        "iam:DetachUserPolicy",
        "iam:DetachGroupPolicy",
        "iam:DeletePolicyVersion",
        "iam:DeletePolicy",
    ),
)
