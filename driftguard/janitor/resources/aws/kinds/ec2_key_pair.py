"""EC2 key pairs. Their ARN holds an id; the name that counts is the key's own."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _one(at: At) -> Item | None:
    pairs = at.every("ec2", "describe_key_pairs", "KeyPairs", KeyPairIds=[at["id"]])
    return next((pair for pair in pairs if pair["KeyPairId"] == at["id"]), None)


def _remove(at: At) -> str:
    found = _one(at)
    if found is not None:
        at.call("ec2", "delete_key_pair", KeyName=found["KeyName"])
    return ""


RESOURCE = NativeKind(
    kind="ec2:key-pair",
    arn=ArnPattern("ec2:{region}:{account}:key-pair/{id}"),
    one=_one,
    remove=_remove,
    every=Ask("ec2", "describe_key_pairs", path="KeyPairs"),
    every_arn={"id": "KeyPairId"},
    named=".KeyName",
    created="CreateTime",
    also_reads=("ec2:DescribeKeyPairs",),
    also_writes=("ec2:DeleteKeyPair",),
    quiet=True,
)
