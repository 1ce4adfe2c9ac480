"""OpenSearch domains, and Elasticsearch ones before them. AWS tells no birthday."""

from driftguard.janitor.resources.aws import sizes
from driftguard.janitor.resources.aws.native import ArnPattern, Ask, Item, NativeKind


def _size(item: Item) -> str:
    """Unknown with machines besides those that hold data: masters and warm nodes are priced by themselves."""
    machines, storage = item.get("ClusterConfig", {}), item.get("EBSOptions", {})
    if machines.get("DedicatedMasterEnabled") or machines.get("WarmEnabled"):
        return ""
    count = machines.get("InstanceCount")
    data = sizes.several(count, str(machines.get("InstanceType", "")))
    if not storage.get("EBSEnabled"):
        return data
    return sizes.both(data, sizes.several(count, sizes.gib(storage.get("VolumeType"), storage.get("VolumeSize"))))


RESOURCE = NativeKind(
    kind="es:domain",
    arn=ArnPattern("es:{region}:{account}:domain/{name}"),
    one=Ask("opensearch", "describe_domain", {"DomainName": "{name}"}, "DomainStatus"),
    remove=Ask("opensearch", "delete_domain", {"DomainName": "{name}"}),
    every=Ask("opensearch", "list_domain_names", path="DomainNames"),
    every_arn={"name": "DomainName"},
    tags=Ask("opensearch", "list_tags", {"ARN": "{arn}"}, "TagList"),
    state="Deleted",
    going=("true",),
    patience=840,
    size=_size,
)
