"""ACM certificates. One in use waits for the load balancer or distribution."""

from driftguard.janitor.resources.aws.native import NAME_TAG, ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="acm:certificate",
    arn=ArnPattern("acm:{region}:{account}:certificate/{id}"),
    one=Ask("acm", "describe_certificate", {"CertificateArn": "{arn}"}, "Certificate"),
    remove=Ask("acm", "delete_certificate", {"CertificateArn": "{arn}"}),
    named=NAME_TAG,
    tags=Ask("acm", "list_tags_for_certificate", {"CertificateArn": "{arn}"}, "Tags"),
    created="CreatedAt",
    after=("elasticloadbalancing:loadbalancer", "cloudfront:distribution", "apigateway:api", "apigateway:restapi"),
)
