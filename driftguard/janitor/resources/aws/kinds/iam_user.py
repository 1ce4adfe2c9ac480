"""IAM users, with their keys, groups and policies. One that people sign in as (a password, an MFA device) is kept."""

from driftguard.errors import NotFound
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind

_HELD = (
    ("list_access_keys", "AccessKeyMetadata", "AccessKeyId", "delete_access_key", "AccessKeyId"),
    ("list_attached_user_policies", "AttachedPolicies", "PolicyArn", "detach_user_policy", "PolicyArn"),
    ("list_user_policies", "PolicyNames", "", "delete_user_policy", "PolicyName"),
    ("list_groups_for_user", "Groups", "GroupName", "remove_user_from_group", "GroupName"),
    ("list_ssh_public_keys", "SSHPublicKeys", "SSHPublicKeyId", "delete_ssh_public_key", "SSHPublicKeyId"),
    ("list_signing_certificates", "Certificates", "CertificateId", "delete_signing_certificate", "CertificateId"),
)
"""What holds a user: how it is listed, where it lies, its id there, how it is deleted, and its id there."""


def _protection(at: At, _item: Item) -> str:
    user = {"UserName": at["name"]}
    if next(at.every("iam", "list_mfa_devices", "MFADevices", **user), None):
        return "somebody signs in as this user: it has an MFA device"
    try:
        at.call("iam", "get_login_profile", **user)
    except NotFound:
        return ""
    return "somebody signs in as this user: it has a password"


def _remove(at: At) -> str:
    user = {"UserName": at["name"]}
    for listing, path, found_id, removal, asked_id in _HELD:
        for held in at.every("iam", listing, path, **user):
            at.call("iam", removal, **user, **{asked_id: held[found_id]})
    at.call("iam", "delete_user", **user)
    return ""


RESOURCE = NativeKind(
    kind="iam:user",
    arn=ArnPattern("iam::{account}:user/{path/}{name}"),
    one=Ask("iam", "get_user", {"UserName": "{name}"}, "User"),
    remove=_remove,
    every=Ask("iam", "list_users", path="Users"),
    tags=Ask("iam", "list_user_tags", {"UserName": "{name}"}, "Tags"),
    created="CreateDate",
    protection=_protection,
    also_reads=(
        "iam:ListMFADevices",
        "iam:GetLoginProfile",
        "iam:ListAccessKeys",
        "iam:ListAttachedUserPolicies",
        "iam:ListUserPolicies",
        "iam:ListGroupsForUser",
        "iam:ListSSHPublicKeys",
        "iam:ListSigningCertificates",
    ),
    also_writes=(
        "iam:DeleteAccessKey",
        "iam:DetachUserPolicy",
        "iam:DeleteUserPolicy",
        "iam:RemoveUserFromGroup",
        "iam:DeleteSSHPublicKey",
        "iam:DeleteSigningCertificate",
        "iam:DeleteUser",
    ),
)
