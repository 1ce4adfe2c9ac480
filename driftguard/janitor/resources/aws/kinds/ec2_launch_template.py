"""EC2 launch templates, with all their versions."""

from driftguard.janitor.resources.aws.ec2 import delete, ec2_kind
from driftguard.janitor.resources.aws.native import Ask

RESOURCE = ec2_kind(
    "launch-template",
    describe="describe_launch_templates",
    path="LaunchTemplates",
    ids="LaunchTemplateIds",
    remove=delete("delete_launch_template", "LaunchTemplateId"),
    every=Ask("ec2", "describe_launch_templates", path="LaunchTemplates"),
    every_arn={"id": "LaunchTemplateId"},
    named=".LaunchTemplateName",
    created="CreateTime",
    after=("autoscaling:group", "eks:nodegroup"),
    together=None,  # there is no filter by id
)
