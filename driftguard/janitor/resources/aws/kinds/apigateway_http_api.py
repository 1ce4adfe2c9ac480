"""HTTP and WebSocket APIs of API Gateway (v2), with their stages."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="apigateway:api",
    arn=ArnPattern("apigateway:{region}::/apis/{id}"),
    one=Ask("apigatewayv2", "get_api", {"ApiId": "{id}"}),
    remove=Ask("apigatewayv2", "delete_api", {"ApiId": "{id}"}),
    every=Ask("apigatewayv2", "get_apis", path="Items"),
    every_arn={"id": "ApiId"},
    named=".Name",
    created="CreatedDate",
)
