"""What CloudFormation calls the kinds that have a file here, since policies may use those names, too."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from driftguard.janitor.resources.aws.arn import Arn
from driftguard.janitor.resources.aws.resource import AwsResource

_NOT_IN_THE_TABLE = {
    "apigateway:api": "AWS::ApiGatewayV2::Api",
    "autoscaling:group": "AWS::AutoScaling::AutoScalingGroup",
    "cloudformation:stack": "AWS::CloudFormation::Stack",
    "ec2:elastic-ip": "AWS::EC2::EIP",
    "ec2:launch-template": "AWS::EC2::LaunchTemplate",
    "ecs:service": "AWS::ECS::Service",
    "eks:nodegroup": "AWS::EKS::Nodegroup",
    "elasticache:cluster": "AWS::ElastiCache::CacheCluster",
    "elasticloadbalancing:classic": "AWS::ElasticLoadBalancing::LoadBalancer",
    "elasticloadbalancing:listener": "AWS::ElasticLoadBalancingV2::Listener",
    "elasticloadbalancing:listener-rule": "AWS::ElasticLoadBalancingV2::ListenerRule",
    "elasticloadbalancing:loadbalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "events:rule": "AWS::Events::Rule",
    "iam:instance-profile": "AWS::IAM::InstanceProfile",
    "iam:policy": "AWS::IAM::ManagedPolicy",
    "rds:cluster": "AWS::RDS::DBCluster",
    "rds:cluster-pg": "AWS::RDS::DBClusterParameterGroup",
    "rds:db": "AWS::RDS::DBInstance",
    "rds:og": "AWS::RDS::OptionGroup",
    "rds:pg": "AWS::RDS::DBParameterGroup",
    "rds:subgrp": "AWS::RDS::DBSubnetGroup",
    "secretsmanager:secret": "AWS::SecretsManager::Secret",
}
"""Kinds whose ARNs Cloud Control's table has no row for."""


def in_cloudformation(
    tail: Iterable[AwsResource], kind_of: Callable[[Arn], AwsResource | None]
) -> Mapping[str, tuple[str, ...]]:
    """Kind -> its names. A row of Cloud Control's table whose ARNs a file takes is a name of that file's kind."""
    found = {kind: (name,) for kind, name in _NOT_IN_THE_TABLE.items()}
    for row in tail:
        kind = kind_of(Arn.parse(_example(row)))
        if kind is not None:
            found[kind.kind] = (*found.get(kind.kind, ()), row.kind)
    return found


def _example(row: AwsResource) -> str:
    """Any ARN of ``row``; a path in it is left out."""
    names = re.findall(r"\{(\w+)[*]?\}", row.arn.text)
    return row.arn.format({**dict.fromkeys(names, "x"), "partition": "aws", "region": "eu-west-1", "account": "1" * 12})
