"""Security groups. Rules that name each other would hold both for ever, so what a group names is revoked first."""

from contextlib import suppress

from driftguard.errors import NotFound
from driftguard.janitor.resources.aws.ec2 import ec2_kind
from driftguard.janitor.resources.aws.native import Ask, At

_SIDES = {"IpPermissions": "revoke_security_group_ingress", "IpPermissionsEgress": "revoke_security_group_egress"}


def _remove(at: At) -> str:
    for group in at.every("ec2", "describe_security_groups", "SecurityGroups", GroupIds=[at["id"]]):
        for side, operation in _SIDES.items():
            naming = [
                {key: rule[key] for key in ("IpProtocol", "FromPort", "ToPort", "UserIdGroupPairs") if key in rule}
                for rule in group.get(side, ())
                if rule.get("UserIdGroupPairs")
            ]
            if naming:
                with suppress(NotFound):  # the group that it names is gone already, and a stale rule holds nothing
                    at.call("ec2", operation, GroupId=at["id"], IpPermissions=naming)
    at.call("ec2", "delete_security_group", GroupId=at["id"])
    return ""


RESOURCE = ec2_kind(
    "security-group",
    describe="describe_security_groups",
    path="SecurityGroups",
    ids="GroupIds",
    remove=_remove,
    every=Ask("ec2", "describe_security_groups", path="SecurityGroups"),
    every_arn={"id": "GroupId"},
    named=".GroupName",
    after=("ec2:instance", "ec2:network-interface", "elasticloadbalancing:loadbalancer", "rds:db", "lambda:function"),
    also_writes=("ec2:RevokeSecurityGroupIngress", "ec2:RevokeSecurityGroupEgress", "ec2:DeleteSecurityGroup"),
)
