"""DynamoDB tables, with their items and indexes. Deletion protection protects."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind, flag

RESOURCE = NativeKind(
    kind="dynamodb:table",
    arn=ArnPattern("dynamodb:{region}:{account}:table/{name}"),
    one=Ask("dynamodb", "describe_table", {"TableName": "{name}"}, "Table"),
    remove=Ask("dynamodb", "delete_table", {"TableName": "{name}"}),
    tags=Ask("dynamodb", "list_tags_of_resource", {"ResourceArn": "{arn}"}, "Tags"),
    created="CreationDateTime",
    state="TableStatus",
    going=("DELETING",),
    patience=240,
    protection=flag("DeletionProtectionEnabled", "DynamoDB deletion protection"),
)
