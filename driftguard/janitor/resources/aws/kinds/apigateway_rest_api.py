"""REST APIs of API Gateway (v1), with their stages."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="apigateway:restapi",
    arn=ArnPattern("apigateway:{region}::/restapis/{id}"),
    one=Ask("apigateway", "get_rest_api", {"restApiId": "{id}"}),
    remove=Ask("apigateway", "delete_rest_api", {"restApiId": "{id}"}),
    every=Ask("apigateway", "get_rest_apis", path="items"),
    every_arn={"id": "id"},
    named=".name",
    tags="tags",
    created="createdDate",
)
