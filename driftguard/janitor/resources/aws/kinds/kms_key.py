"""KMS keys of our own. AWS only schedules: the key can't be used from now on, and can be saved for a week."""

from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, At, Item, NativeKind

WINDOW = 7
"""Days until AWS really deletes a key, the least it allows."""


def _protection(_at: At, item: Item) -> str:
    return "AWS itself manages this key" if item.get("KeyManager") == "AWS" else ""


def _remove(at: At) -> str:
    answer = at.call("kms", "schedule_key_deletion", KeyId=at["id"], PendingWindowInDays=WINDOW)
    return f"scheduled: AWS deletes it on {answer['DeletionDate']:%Y-%m-%d}, until then it can be saved"


RESOURCE = NativeKind(
    kind="kms:key",
    arn=ArnPattern("kms:{region}:{account}:key/{id}"),
    one=Ask("kms", "describe_key", {"KeyId": "{arn}"}, "KeyMetadata"),
    remove=_remove,
    named=NAME_TAG,
    tags=Ask("kms", "list_resource_tags", {"KeyId": "{arn}"}, "Tags"),
    created="CreationDate",
    state="KeyState",
    gone=("PendingDeletion", "PendingReplicaDeletion"),
    protection=_protection,
    also_writes=("kms:ScheduleKeyDeletion",),
    quiet=True,
)
