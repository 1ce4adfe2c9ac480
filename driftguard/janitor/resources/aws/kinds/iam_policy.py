"""Managed policies of our own, with their versions. One that is attached waits for what it is attached to."""

from driftguard.errors import StillInUse
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, NativeKind

_HOLDERS = (("PolicyRoles", "RoleName"), ("PolicyUsers", "UserName"), ("PolicyGroups", "GroupName"))


def _remove(at: At) -> str:
    policy = {"PolicyArn": at["arn"]}
    for page in at.pages("iam", "list_entities_for_policy", **policy):
        for path, name in _HOLDERS:
            for entity in page.get(path, ()):
                raise StillInUse(f"{at['arn']} is attached to {entity[name]}, which would lose its rights")
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
        "iam:DeletePolicyVersion",
        "iam:DeletePolicy",
    ),
)
