"""Instance profiles, with the role taken out."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, NativeKind


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
    every=Ask("iam", "list_instance_profiles", path="InstanceProfiles"),
    tags=Ask("iam", "list_instance_profile_tags", {"InstanceProfileName": "{name}"}, "Tags"),
    created="CreateDate",
    after=("ec2:instance", "ec2:launch-template", "autoscaling:group"),
    also_writes=("iam:RemoveRoleFromInstanceProfile", "iam:DeleteInstanceProfile"),
)
