"""EKS clusters, with their add-ons. Node groups and Fargate profiles go first. Deletion protection protects."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind, flag


def _every(at: At) -> Iterator[Item]:
    for cluster in at.every("eks", "list_clusters", "clusters"):
        yield at.call("eks", "describe_cluster", name=cluster[""])["cluster"]


RESOURCE = NativeKind(
    kind="eks:cluster",
    arn=ArnPattern("eks:{region}:{account}:cluster/{name}"),
    one=Ask("eks", "describe_cluster", {"name": "{name}"}, "cluster"),
    remove=Ask("eks", "delete_cluster", {"name": "{name}"}),
    every=_every,
    every_arn="arn",
    tags="tags",
    created="createdAt",
    state="status",
    going=("DELETING",),
    patience=840,
    protection=flag("deletionProtection", "EKS deletion protection"),
    after=("eks:nodegroup", "eks:fargateprofile"),
    also_reads=("eks:ListClusters",),
)
