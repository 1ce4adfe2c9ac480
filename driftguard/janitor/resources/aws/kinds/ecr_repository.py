"""ECR repositories, with their images."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="ecr:repository",
    arn=ArnPattern("ecr:{region}:{account}:repository/{name*}"),
    one=Ask("ecr", "describe_repositories", {"repositoryNames": ["{name}"]}, "repositories"),
    remove=Ask("ecr", "delete_repository", {"repositoryName": "{name}", "force": True}),
    every=Ask("ecr", "describe_repositories", path="repositories"),
    every_arn="repositoryArn",
    tags=Ask("ecr", "list_tags_for_resource", {"resourceArn": "{arn}"}, "tags"),
    created="createdAt",
)
