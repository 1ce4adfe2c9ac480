"""Route 53 zones, with their records. A zone has no birthday."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind

BATCH = 500
"""Changes in one request; AWS takes up to 1,000."""


def _every(at: At) -> Iterator[Item]:
    for zone in at.every("route53", "list_hosted_zones", "HostedZones"):
        yield {**zone, "Id": zone["Id"].rpartition("/")[2]}  # "/hostedzone/Z..."


def _remove(at: At) -> str:
    name = at.call("route53", "get_hosted_zone", Id=at["id"])["HostedZone"]["Name"]
    own = {(name, "NS"), (name, "SOA")}  # these go with the zone
    records = at.every("route53", "list_resource_record_sets", "ResourceRecordSets", HostedZoneId=at["id"])
    doomed = [record for record in records if (record["Name"], record["Type"]) not in own]
    for begin in range(0, len(doomed), BATCH):
        changes = [{"Action": "DELETE", "ResourceRecordSet": record} for record in doomed[begin : begin + BATCH]]
        at.call("route53", "change_resource_record_sets", HostedZoneId=at["id"], ChangeBatch={"Changes": changes})
    at.call("route53", "delete_hosted_zone", Id=at["id"])
    return f"{len(doomed)} records went with it" if doomed else ""


RESOURCE = NativeKind(
    kind="route53:hostedzone",
    arn=ArnPattern("route53:::hostedzone/{id}"),
    one=Ask("route53", "get_hosted_zone", {"Id": "{id}"}, "HostedZone"),
    remove=_remove,
    every=_every,
    every_arn={"id": "Id"},
    named=".Name",
    tags=Ask(
        "route53",
        "list_tags_for_resource",
        {"ResourceType": "hostedzone", "ResourceId": "{id}"},
        "ResourceTagSet.Tags",
    ),
    after=("elasticloadbalancing:loadbalancer", "ec2:vpc-endpoint"),
    also_reads=(
        "route53:ListHostedZones",
        "route53:ListResourceRecordSets",
    ),
    also_writes=("route53:ChangeResourceRecordSets", "route53:DeleteHostedZone"),
)
