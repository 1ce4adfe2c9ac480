"""EC2 key pairs. Their ARN holds an id; the name that counts is the key's own."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "key-pair",
    describe="describe_key_pairs",
    path="KeyPairs",
    ids="KeyPairIds",
    remove=delete("delete_key_pair", "KeyPairId"),
    every=Ask("ec2", "describe_key_pairs", path="KeyPairs"),
    every_arn={"id": "KeyPairId"},
    named=".KeyName",
    created="CreateTime",
)
