"""OpenSearch domains, and Elasticsearch ones before them. AWS tells no birthday."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, NativeKind

RESOURCE = NativeKind(
    kind="es:domain",
    arn=ArnPattern("es:{region}:{account}:domain/{name}"),
    one=Ask("opensearch", "describe_domain", {"DomainName": "{name}"}, "DomainStatus"),
    remove=Ask("opensearch", "delete_domain", {"DomainName": "{name}"}),
    tags=Ask("opensearch", "list_tags", {"ARN": "{arn}"}, "TagList"),
    state="Deleted",
    going=("true",),
    patience=840,
)
