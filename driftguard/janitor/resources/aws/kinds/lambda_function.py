"""Lambda functions, with all their versions. AWS tells no birthday, so the last change counts as one."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="lambda:function",
    arn=ArnPattern("lambda:{region}:{account}:function:{name}"),
    one=Ask("lambda", "get_function", {"FunctionName": "{name}"}),
    remove=Ask("lambda", "delete_function", {"FunctionName": "{name}"}),
    created="Configuration.LastModified",
)
