"""EKS managed node groups, with their instances."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _every(at: At) -> Iterator[Item]:
    for cluster in at.every("eks", "list_clusters", "clusters"):
        for nodegroup in at.every("eks", "list_nodegroups", "nodegroups", clusterName=cluster[""]):
            which = {"clusterName": cluster[""], "nodegroupName": nodegroup[""]}
            yield at.call("eks", "describe_nodegroup", **which)["nodegroup"]


RESOURCE = NativeKind(
    kind="eks:nodegroup",
    arn=ArnPattern("eks:{region}:{account}:nodegroup/{cluster}/{name}/{id}"),
    one=Ask("eks", "describe_nodegroup", {"clusterName": "{cluster}", "nodegroupName": "{name}"}, "nodegroup"),
    remove=Ask("eks", "delete_nodegroup", {"clusterName": "{cluster}", "nodegroupName": "{name}"}),
    every=_every,
    every_arn="nodegroupArn",
    tags="tags",
    created="createdAt",
    state="status",
    going=("DELETING",),
    patience=840,
    also_reads=("eks:ListClusters", "eks:ListNodegroups"),
)
