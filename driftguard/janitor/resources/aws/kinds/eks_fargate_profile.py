"""EKS Fargate profiles, with their pods."""

from collections.abc import Iterator

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _every(at: At) -> Iterator[Item]:
    for cluster in at.every("eks", "list_clusters", "clusters"):
        for profile in at.every("eks", "list_fargate_profiles", "fargateProfileNames", clusterName=cluster[""]):
            which = {"clusterName": cluster[""], "fargateProfileName": profile[""]}
            yield at.call("eks", "describe_fargate_profile", **which)["fargateProfile"]


RESOURCE = NativeKind(
    kind="eks:fargateprofile",
    arn=ArnPattern("eks:{region}:{account}:fargateprofile/{cluster}/{name}/{id}"),
    one=Ask(
        "eks",
        "describe_fargate_profile",
        {"clusterName": "{cluster}", "fargateProfileName": "{name}"},
        "fargateProfile",
    ),
    remove=Ask("eks", "delete_fargate_profile", {"clusterName": "{cluster}", "fargateProfileName": "{name}"}),
    every=_every,
    every_arn="fargateProfileArn",
    tags="tags",
    created="createdAt",
    state="status",
    going=("DELETING",),
    patience=840,
    also_reads=("eks:ListClusters", "eks:ListFargateProfiles"),
)
