"""Secrets. AWS keeps each for a week in which it can be restored; until then its name stays taken."""

from driftguard.janitor.resources.aws.native import ArnPattern, At, Item, NativeKind

WINDOW = 7
"""Days in which a secret can be restored, the least that AWS allows, so that a mistake costs nothing."""


def _one(at: At) -> Item | None:
    found = at.call("secretsmanager", "describe_secret", SecretId=at["arn"])
    return None if found.get("DeletedDate") else found


def _remove(at: At) -> str:
    answer = at.call("secretsmanager", "delete_secret", SecretId=at["arn"], RecoveryWindowInDays=WINDOW)
    return f"can be restored until {answer['DeletionDate']:%Y-%m-%d}"


RESOURCE = NativeKind(
    kind="secretsmanager:secret",
    arn=ArnPattern("secretsmanager:{region}:{account}:secret:{name*}-{suffix}"),
    one=_one,
    remove=_remove,
    created="CreatedDate",
    says_gone="marked for deletion|marked deleted|scheduled for deletion",
    also_reads=("secretsmanager:DescribeSecret",),
    also_writes=("secretsmanager:DeleteSecret",),
)
