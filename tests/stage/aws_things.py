"""How to make one of each kind of AWS resource through boto3: ``THINGS[kind](cloud, name, tags)``.

``PROTECTIONS[kind](cloud, name)`` has AWS itself protect what was made so.
"""

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from typing import Any

from stage.moto_cloud import MotoCloud

Tags = Mapping[str, str]
Make = Callable[[MotoCloud, str, Tags], Any]
THINGS: dict[str, Make] = {}
PROTECTIONS: dict[str, Callable[[MotoCloud, str], None]] = {}
DOCUMENT = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}]}
)
ASSUME = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)


def thing(kind: str) -> Callable[[Make], Make]:
    def keep(make: Make) -> Make:
        THINGS[kind] = make
        return make

    return keep


def protection(kind: str) -> Callable[[Callable[[MotoCloud, str], None]], Callable[[MotoCloud, str], None]]:
    def keep(protect: Callable[[MotoCloud, str], None]) -> Callable[[MotoCloud, str], None]:
        PROTECTIONS[kind] = protect
        return protect

    return keep


def pairs(tags: Tags) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def lower(tags: Tags) -> list[dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def specified(sort: str, name: str, tags: Tags) -> dict[str, Any]:
    """EC2's way to tag at birth; the name is a tag, too."""
    return {"TagSpecifications": [{"ResourceType": sort, "Tags": pairs({**tags, "Name": name})}]}


def tag(cloud: MotoCloud, identity: str, name: str, tags: Tags) -> str:
    """EC2's way to tag what has no place for tags at birth."""
    cloud.client("ec2").create_tags(Resources=[identity], Tags=pairs({**tags, "Name": name}))
    return identity


def named(cloud: MotoCloud, describe: str, path: str, name: str) -> Any:
    """The EC2 item whose Name tag says ``name``."""
    answer = getattr(cloud.client("ec2"), describe)(Filters=[{"Name": "tag:Name", "Values": [name]}])
    return answer[path][0]


def account(cloud: MotoCloud) -> str:
    return str(cloud.client("sts").get_caller_identity()["Account"])


def a_vpc(cloud: MotoCloud) -> str:
    return str(cloud.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def a_subnet(cloud: MotoCloud, vpc: str = "", zone: str = "eu-west-1a", block: str = "10.0.1.0/24") -> str:
    vpc = vpc or a_vpc(cloud)
    made = cloud.client("ec2").create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone)
    return str(made["Subnet"]["SubnetId"])


def two_subnets(cloud: MotoCloud) -> list[str]:
    vpc = a_vpc(cloud)
    return [a_subnet(cloud, vpc), a_subnet(cloud, vpc, "eu-west-1b", "10.0.2.0/24")]


def an_image(cloud: MotoCloud) -> str:
    return str(cloud.client("ec2").describe_images(Owners=["amazon"])["Images"][0]["ImageId"])


def a_role(cloud: MotoCloud, name: str) -> str:
    iam = cloud.client("iam")
    try:
        return str(iam.create_role(RoleName=name, AssumeRolePolicyDocument=ASSUME)["Role"]["Arn"])
    except iam.exceptions.EntityAlreadyExistsException:
        return str(iam.get_role(RoleName=name)["Role"]["Arn"])


# -- EC2 ---------------------------------------------------------------------------------------------------------------


@thing("ec2:instance")
def instance(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").run_instances(
        ImageId=an_image(cloud), InstanceType="t3.micro", MinCount=1, MaxCount=1, **specified("instance", name, tags)
    )
    return str(made["Instances"][0]["InstanceId"])


@protection("ec2:instance")
def protect_instance(cloud: MotoCloud, name: str) -> None:
    found = named(cloud, "describe_instances", "Reservations", name)["Instances"][0]["InstanceId"]
    cloud.client("ec2").modify_instance_attribute(InstanceId=found, DisableApiTermination={"Value": True})


@thing("ec2:volume")
def volume(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=1, **specified("volume", name, tags))
    return str(made["VolumeId"])


@thing("ec2:snapshot")
def snapshot(cloud: MotoCloud, name: str, tags: Tags) -> str:
    disk = cloud.client("ec2").create_volume(AvailabilityZone="eu-west-1a", Size=1)["VolumeId"]
    made = cloud.client("ec2").create_snapshot(VolumeId=disk, **specified("snapshot", name, tags))
    return str(made["SnapshotId"])


@thing("ec2:image")
def image(cloud: MotoCloud, name: str, tags: Tags) -> str:
    source = instance(cloud, "source", {})
    made = cloud.client("ec2").create_image(InstanceId=source, Name=name, **specified("image", name, tags))
    return str(made["ImageId"])


@thing("ec2:key-pair")
def key_pair(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ec2").create_key_pair(KeyName=name, **specified("key-pair", name, tags))


@thing("ec2:launch-template")
def launch_template(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").create_launch_template(
        LaunchTemplateName=name,
        LaunchTemplateData={"ImageId": an_image(cloud), "InstanceType": "t3.micro"},
        **specified("launch-template", name, tags),
    )
    return str(made["LaunchTemplate"]["LaunchTemplateId"])


@thing("ec2:elastic-ip")
def elastic_ip(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").allocate_address(Domain="vpc", **specified("elastic-ip", name, tags))
    return str(made["AllocationId"])


@thing("ec2:network-interface")
def network_interface(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").create_network_interface(
        SubnetId=a_subnet(cloud), **specified("network-interface", name, tags)
    )
    return str(made["NetworkInterface"]["NetworkInterfaceId"])


@thing("ec2:natgateway")
def nat_gateway(cloud: MotoCloud, name: str, tags: Tags) -> str:
    address = cloud.client("ec2").allocate_address(Domain="vpc")["AllocationId"]
    made = cloud.client("ec2").create_nat_gateway(
        SubnetId=a_subnet(cloud), AllocationId=address, **specified("natgateway", name, tags)
    )
    return str(made["NatGateway"]["NatGatewayId"])


@thing("ec2:internet-gateway")
def internet_gateway(cloud: MotoCloud, name: str, tags: Tags) -> str:
    ec2 = cloud.client("ec2")
    made = ec2.create_internet_gateway(**specified("internet-gateway", name, tags))
    identity = str(made["InternetGateway"]["InternetGatewayId"])
    ec2.attach_internet_gateway(InternetGatewayId=identity, VpcId=tag(cloud, a_vpc(cloud), name, tags))
    return identity


@thing("ec2:egress-only-internet-gateway")
def egress_gateway(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ec2").create_egress_only_internet_gateway(
        VpcId=a_vpc(cloud), **specified("egress-only-internet-gateway", name, tags)
    )


@thing("ec2:route-table")
def route_table(cloud: MotoCloud, name: str, tags: Tags) -> str:
    ec2, vpc = cloud.client("ec2"), a_vpc(cloud)
    made = ec2.create_route_table(VpcId=vpc, **specified("route-table", name, tags))
    identity = str(made["RouteTable"]["RouteTableId"])
    ec2.associate_route_table(RouteTableId=identity, SubnetId=tag(cloud, a_subnet(cloud, vpc), name, tags))
    return identity


@thing("ec2:subnet")
def subnet(cloud: MotoCloud, name: str, tags: Tags) -> str:
    return tag(cloud, a_subnet(cloud), name, tags)


@thing("ec2:security-group")
def security_group(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("ec2").create_security_group(
        GroupName=name, Description=name, VpcId=a_vpc(cloud), **specified("security-group", name, tags)
    )
    return str(made["GroupId"])


@thing("ec2:network-acl")
def network_acl(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ec2").create_network_acl(VpcId=a_vpc(cloud), **specified("network-acl", name, tags))


@thing("ec2:vpc")
def vpc(cloud: MotoCloud, name: str, tags: Tags) -> str:
    return tag(cloud, a_vpc(cloud), name, tags)


@thing("ec2:vpc-endpoint")
def vpc_endpoint(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ec2").create_vpc_endpoint(
        VpcId=a_vpc(cloud),
        ServiceName="com.amazonaws.eu-west-1.s3",
        VpcEndpointType="Gateway",
        **specified("vpc-endpoint", name, tags),
    )


@thing("ec2:vpc-peering-connection")
def peering(cloud: MotoCloud, name: str, tags: Tags) -> None:
    ec2 = cloud.client("ec2")
    made = ec2.create_vpc_peering_connection(VpcId=a_vpc(cloud), PeerVpcId=a_vpc(cloud))["VpcPeeringConnection"]
    tag(cloud, made["VpcPeeringConnectionId"], name, tags)


@thing("ec2:dhcp-options")
def dhcp_options(cloud: MotoCloud, name: str, tags: Tags) -> None:
    configuration = [{"Key": "domain-name", "Values": ["example.com"]}]
    made = cloud.client("ec2").create_dhcp_options(DhcpConfigurations=configuration)["DhcpOptions"]
    tag(cloud, made["DhcpOptionsId"], name, tags)


@thing("autoscaling:group")
def auto_scaling_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    template = launch_template(cloud, f"for-{name}", {})
    cloud.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName=name,
        LaunchTemplate={"LaunchTemplateId": template},
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=["eu-west-1a"],
        Tags=[{**pair, "PropagateAtLaunch": False} for pair in pairs(tags)],
    )


# -- load balancers ----------------------------------------------------------------------------------------------------


@thing("elasticloadbalancing:loadbalancer")
def load_balancer(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("elbv2").create_load_balancer(
        Name=name, Subnets=two_subnets(cloud), Tags=pairs({**tags}) or [{"Key": "x", "Value": "y"}]
    )
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


@protection("elasticloadbalancing:loadbalancer")
def protect_load_balancer(cloud: MotoCloud, name: str) -> None:
    elb = cloud.client("elbv2")
    arn = elb.describe_load_balancers(Names=[name])["LoadBalancers"][0]["LoadBalancerArn"]
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}]
    )


@thing("elasticloadbalancing:targetgroup")
def target_group(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("elbv2").create_target_group(
        Name=name, Protocol="HTTP", Port=80, VpcId=a_vpc(cloud), Tags=pairs(tags) or [{"Key": "x", "Value": "y"}]
    )
    return str(made["TargetGroups"][0]["TargetGroupArn"])


@thing("elasticloadbalancing:listener")
def listener(cloud: MotoCloud, name: str, tags: Tags) -> str:
    made = cloud.client("elbv2").create_listener(
        LoadBalancerArn=load_balancer(cloud, name, {}),
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        Tags=pairs(tags) or [{"Key": "x", "Value": "y"}],
    )
    return str(made["Listeners"][0]["ListenerArn"])


@thing("elasticloadbalancing:listener-rule")
def listener_rule(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("elbv2").create_rule(
        ListenerArn=listener(cloud, name, {}),
        Priority=1,
        Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
        Actions=[{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "200"}}],
        Tags=pairs(tags) or [{"Key": "x", "Value": "y"}],
    )


@thing("elasticloadbalancing:classic")
def classic_load_balancer(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("elb").create_load_balancer(
        LoadBalancerName=name,
        Listeners=[{"Protocol": "http", "LoadBalancerPort": 80, "InstancePort": 80}],
        AvailabilityZones=["eu-west-1a"],
        Tags=pairs(tags) or [{"Key": "x", "Value": "y"}],
    )


# -- databases ---------------------------------------------------------------------------------------------------------


@thing("rds:db")
def rds_instance(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_db_instance(
        DBInstanceIdentifier=name,
        Engine="postgres",
        DBInstanceClass="db.t3.micro",
        AllocatedStorage=20,
        MasterUsername="root",
        MasterUserPassword="password1",
        Tags=pairs(tags),
    )


@protection("rds:db")
def protect_rds_instance(cloud: MotoCloud, name: str) -> None:
    cloud.client("rds").modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=True)


@thing("rds:cluster")
def rds_cluster(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_db_cluster(
        DBClusterIdentifier=name,
        Engine="aurora-postgresql",
        MasterUsername="root",
        MasterUserPassword="password1",
        Tags=pairs(tags),
    )


@protection("rds:cluster")
def protect_rds_cluster(cloud: MotoCloud, name: str) -> None:
    cloud.client("rds").modify_db_cluster(DBClusterIdentifier=name, DeletionProtection=True)


@thing("rds:snapshot")
def rds_snapshot(cloud: MotoCloud, name: str, tags: Tags) -> None:
    rds_instance(cloud, f"of-{name}", {})
    cloud.client("rds").create_db_snapshot(
        DBSnapshotIdentifier=name, DBInstanceIdentifier=f"of-{name}", Tags=pairs(tags)
    )


@thing("rds:cluster-snapshot")
def rds_cluster_snapshot(cloud: MotoCloud, name: str, tags: Tags) -> None:
    rds_cluster(cloud, f"of-{name}", {})
    cloud.client("rds").create_db_cluster_snapshot(
        DBClusterSnapshotIdentifier=name, DBClusterIdentifier=f"of-{name}", Tags=pairs(tags)
    )


@thing("rds:subgrp")
def rds_subnet_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_db_subnet_group(
        DBSubnetGroupName=name, DBSubnetGroupDescription=name, SubnetIds=two_subnets(cloud), Tags=pairs(tags)
    )


@thing("rds:pg")
def rds_parameter_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_db_parameter_group(
        DBParameterGroupName=name, DBParameterGroupFamily="postgres16", Description=name, Tags=pairs(tags)
    )


@thing("rds:cluster-pg")
def rds_cluster_parameter_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_db_cluster_parameter_group(
        DBClusterParameterGroupName=name,
        DBParameterGroupFamily="aurora-postgresql16",
        Description=name,
        Tags=pairs(tags),
    )


@thing("rds:og")
def rds_option_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("rds").create_option_group(
        OptionGroupName=name,
        EngineName="mysql",
        MajorEngineVersion="8.0",
        OptionGroupDescription=name,
        Tags=pairs(tags),
    )


@thing("dynamodb:table")
def dynamodb_table(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("dynamodb").create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
        Tags=pairs(tags),
    )


@protection("dynamodb:table")
def protect_dynamodb_table(cloud: MotoCloud, name: str) -> None:
    cloud.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=True)


@thing("elasticache:cluster")
def cache_cluster(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("elasticache").create_cache_cluster(
        CacheClusterId=name, Engine="redis", CacheNodeType="cache.t3.micro", NumCacheNodes=1, Tags=pairs(tags)
    )


@thing("elasticache:replicationgroup")
def cache_replication_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("elasticache").create_replication_group(
        ReplicationGroupId=name, ReplicationGroupDescription=name, Tags=pairs(tags)
    )


@thing("elasticache:snapshot")
def cache_snapshot(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cache_cluster(cloud, f"of-{name}", {})
    cloud.client("elasticache").create_snapshot(SnapshotName=name, CacheClusterId=f"of-{name}", Tags=pairs(tags))


@thing("es:domain")
def search_domain(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("opensearch").create_domain(DomainName=name, TagList=pairs(tags))


# -- messages and functions --------------------------------------------------------------------------------------------


@thing("sqs:queue")
def queue(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.queue(name, tags)


@thing("sns:topic")
def topic(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("sns").create_topic(Name=name, Tags=pairs(tags))


@thing("kinesis:stream")
def stream(cloud: MotoCloud, name: str, tags: Tags) -> None:
    kinesis = cloud.client("kinesis")
    kinesis.create_stream(StreamName=name, ShardCount=1)
    if tags:
        kinesis.add_tags_to_stream(StreamName=name, Tags=dict(tags))


@thing("events:rule")
def event_rule(cloud: MotoCloud, name: str, tags: Tags) -> None:
    events = cloud.client("events")
    events.put_rule(Name=name, ScheduleExpression="rate(1 day)", Tags=pairs(tags))
    events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:x"}])


@thing("events:event-bus")
def event_bus(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("events").create_event_bus(Name=name, Tags=pairs(tags))


@thing("lambda:function")
def function(cloud: MotoCloud, name: str, tags: Tags) -> None:
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("x.py", "")
    cloud.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role=a_role(cloud, "runs-functions"),
        Handler="x.x",
        Code={"ZipFile": code.getvalue()},
        Tags=dict(tags),
    )


@thing("states:stateMachine")
def state_machine(cloud: MotoCloud, name: str, tags: Tags) -> None:
    definition = json.dumps({"StartAt": "a", "States": {"a": {"Type": "Succeed"}}})
    cloud.client("stepfunctions").create_state_machine(
        name=name, definition=definition, roleArn=a_role(cloud, "runs-functions"), tags=lower(tags)
    )


@thing("states:activity")
def activity(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("stepfunctions").create_activity(name=name, tags=lower(tags))


@thing("apigateway:restapi")
def rest_api(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("apigateway").create_rest_api(name=name, tags=dict(tags))


@thing("apigateway:api")
def http_api(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("apigatewayv2").create_api(Name=name, ProtocolType="HTTP", Tags=dict(tags))


# -- containers --------------------------------------------------------------------------------------------------------


@thing("ecs:cluster")
def ecs_cluster(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ecs").create_cluster(clusterName=name, tags=lower(tags))


@thing("ecs:task-definition")
def task_definition(cloud: MotoCloud, name: str, tags: Tags) -> None:
    container = {"name": "x", "image": "x", "memory": 64}
    cloud.client("ecs").register_task_definition(family=name, containerDefinitions=[container], tags=lower(tags))


@thing("ecs:service")
def ecs_service(cloud: MotoCloud, name: str, tags: Tags) -> None:
    ecs_cluster(cloud, "holds-services", {})
    task_definition(cloud, "does-it", {})
    cloud.client("ecs").create_service(
        cluster="holds-services", serviceName=name, taskDefinition="does-it", desiredCount=0, tags=lower(tags)
    )


@thing("ecr:repository")
def repository(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ecr").create_repository(repositoryName=name, tags=pairs(tags))


@thing("eks:cluster")
def eks_cluster(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("eks").create_cluster(
        name=name,
        roleArn=a_role(cloud, "runs-clusters"),
        resourcesVpcConfig={"subnetIds": two_subnets(cloud)},
        tags=dict(tags),
    )


@thing("eks:nodegroup")
def nodegroup(cloud: MotoCloud, name: str, tags: Tags) -> None:
    eks_cluster(cloud, f"holds-{name}", {})
    cloud.client("eks").create_nodegroup(
        clusterName=f"holds-{name}",
        nodegroupName=name,
        nodeRole=a_role(cloud, "runs-clusters"),
        subnets=two_subnets(cloud),
        tags=dict(tags),
    )


@thing("eks:fargateprofile")
def fargate_profile(cloud: MotoCloud, name: str, tags: Tags) -> None:
    eks_cluster(cloud, f"holds-{name}", {})
    cloud.client("eks").create_fargate_profile(
        clusterName=f"holds-{name}",
        fargateProfileName=name,
        podExecutionRoleArn=a_role(cloud, "runs-clusters"),
        selectors=[{"namespace": "x"}],
        tags=dict(tags),
    )


# -- storage and secrets -----------------------------------------------------------------------------------------------


@thing("s3:bucket")
def bucket(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.bucket(name, tags, versions=2)


@thing("elasticfilesystem:file-system")
def file_system(cloud: MotoCloud, name: str, tags: Tags) -> str:
    efs = cloud.client("efs")
    made = str(efs.create_file_system(CreationToken=name, Tags=pairs({**tags, "Name": name}))["FileSystemId"])
    efs.create_mount_target(FileSystemId=made, SubnetId=a_subnet(cloud))
    return made


@thing("elasticfilesystem:access-point")
def efs_access_point(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("efs").create_access_point(
        FileSystemId=file_system(cloud, f"of-{name}", {}), Tags=pairs({**tags, "Name": name})
    )


@thing("secretsmanager:secret")
def secret(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("secretsmanager").create_secret(Name=name, SecretString="x", Tags=pairs(tags))


@thing("ssm:parameter")
def parameter(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("ssm").put_parameter(Name=name, Value="x", Type="String", Tags=pairs(tags))


@thing("kms:key")
def key(cloud: MotoCloud, name: str, tags: Tags) -> None:
    named_tags = [{"TagKey": key, "TagValue": value} for key, value in {**tags, "Name": name}.items()]
    cloud.client("kms").create_key(Tags=named_tags)


@thing("acm:certificate")
def certificate(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("acm").request_certificate(DomainName="x.example.com", Tags=pairs({**tags, "Name": name}))


# -- operations --------------------------------------------------------------------------------------------------------


@thing("cloudformation:stack")
def cloudformation_stack(cloud: MotoCloud, name: str, tags: Tags) -> None:
    template = {"Resources": {"Q": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": f"made-by-{name}"}}}}
    cloud.client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps(template), Tags=pairs(tags))


@thing("logs:log-group")
def log_group(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("logs").create_log_group(logGroupName=name, **({"tags": dict(tags)} if tags else {}))


@thing("cloudwatch:alarm")
def alarm(cloud: MotoCloud, name: str, tags: Tags) -> None:
    cloud.client("cloudwatch").put_metric_alarm(
        AlarmName=name,
        MetricName="x",
        Namespace="x",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Statistic="Sum",
        Tags=pairs(tags),
    )


# -- without a region --------------------------------------------------------------------------------------------------


@thing("iam:role")
def role(cloud: MotoCloud, name: str, tags: Tags) -> None:
    iam = cloud.client("iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=ASSUME, Tags=pairs(tags))
    iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=DOCUMENT)
    attached = iam.create_policy(PolicyName=f"on-{name}", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=name, PolicyArn=attached)


@thing("iam:policy")
def managed_policy(cloud: MotoCloud, name: str, tags: Tags) -> None:
    iam = cloud.client("iam")
    arn = iam.create_policy(PolicyName=name, PolicyDocument=DOCUMENT, Tags=pairs(tags))["Policy"]["Arn"]
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=DOCUMENT, SetAsDefault=True)


@thing("iam:instance-profile")
def instance_profile(cloud: MotoCloud, name: str, tags: Tags) -> None:
    iam = cloud.client("iam")
    iam.create_instance_profile(InstanceProfileName=name, Tags=pairs(tags))
    a_role(cloud, f"in-{name}")
    iam.add_role_to_instance_profile(InstanceProfileName=name, RoleName=f"in-{name}")


@thing("iam:user")
def user(cloud: MotoCloud, name: str, tags: Tags) -> None:
    iam = cloud.client("iam")
    iam.create_user(UserName=name, Tags=pairs(tags))
    iam.create_access_key(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="inline", PolicyDocument=DOCUMENT)
    iam.create_group(GroupName=f"of-{name}")
    iam.add_user_to_group(GroupName=f"of-{name}", UserName=name)


@protection("iam:user")
def protect_user(cloud: MotoCloud, name: str) -> None:
    cloud.client("iam").create_login_profile(UserName=name, Password="password1")


@thing("route53:hostedzone")
def hosted_zone(cloud: MotoCloud, name: str, tags: Tags) -> None:
    route53 = cloud.client("route53")
    made = route53.create_hosted_zone(Name=f"{name}.example.com", CallerReference=name)["HostedZone"]["Id"]
    record = {
        "Name": f"x.{name}.example.com",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "192.0.2.1"}],
    }
    changes = [{"Action": "CREATE", "ResourceRecordSet": record}]
    route53.change_resource_record_sets(HostedZoneId=made, ChangeBatch={"Changes": changes})
    identity = made.rpartition("/")[2]
    if tags:
        route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=identity, AddTags=pairs(tags))


@thing("cloudfront:distribution")
def distribution(cloud: MotoCloud, name: str, tags: Tags) -> None:
    origin = {"Id": "x", "DomainName": "x.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
    behaviour = {
        "TargetOriginId": "x",
        "ViewerProtocolPolicy": "allow-all",
        "ForwardedValues": {"QueryString": False, "Cookies": {"Forward": "none"}},
        "MinTTL": 0,
    }
    cloud.client("cloudfront").create_distribution_with_tags(
        DistributionConfigWithTags={
            "DistributionConfig": {
                "CallerReference": name,
                "Comment": name,
                "Enabled": False,
                "Origins": {"Quantity": 1, "Items": [origin]},
                "DefaultCacheBehavior": behaviour,
            },
            "Tags": {"Items": pairs({**tags, "Name": name})},
        }
    )
