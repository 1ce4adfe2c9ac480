"""EC2 key pairs. Their ARN holds an id; the name that counts is the key's own."""

from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import Ask, At


def _remove(at: At) -> str:
    for pair in at.every("ec2", "describe_key_pairs", "KeyPairs", KeyPairIds=[at["id"]]):
        at.call("ec2", "delete_key_pair", KeyName=pair["KeyName"])
    return ""


RESOURCE = ec2_kind(
    "key-pair",
    describe="describe_key_pairs",
    path="KeyPairs",
    ids="KeyPairIds",
    remove=_remove,
    every=Ask("ec2", "describe_key_pairs", path="KeyPairs"),
    every_arn={"id": "KeyPairId"},
    named=".KeyName",
    created="CreateTime",
    also_writes=("ec2:DeleteKeyPair",),
    quiet=True,
)
