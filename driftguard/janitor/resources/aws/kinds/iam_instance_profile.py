"""Instance profiles, with the role taken out."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _every(at: At) -> Iterator[Item]:
    """The listing has no word of tags; ``None`` says that they are unknown yet."""
    for profile in at.every("iam", "list_instance_profiles", "InstanceProfiles"):
        yield {**profile, "Tags": None}


def _remove(at: At) -> str:
    profile = {"InstanceProfileName": at["name"]}
    for role in at.call("iam", "get_instance_profile", **profile)["InstanceProfile"]["Roles"]:
        at.call("iam", "remove_role_from_instance_profile", **profile, RoleName=role["RoleName"])
    at.call("iam", "delete_instance_profile", **profile)
    return ""


RESOURCE = NativeKind(
    kind="iam:instance-profile",
    arn=ArnPattern("iam::{account}:instance-profile/{path/}{name}"),
    one=Ask("iam", "get_instance_profile", {"InstanceProfileName": "{name}"}, "InstanceProfile"),
    remove=_remove,
    every=_every,
    created="CreateDate",
    after=("ec2:instance", "ec2:launch-template", "autoscaling:group"),
    also_reads=("iam:ListInstanceProfiles",),
    also_writes=("iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"),
)
