"""CloudWatch alarms, metric and composite. AWS tells no birthday, so the last change counts as one."""

from driftguard.janitor.resources.aws.native import ArnPattern, Ask, At, Item, NativeKind


def _one(at: At) -> Item | None:
    asked = {"AlarmNames": [at["name"]], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]}
    answer = at.call("cloudwatch", "describe_alarms", **asked)
    return next(iter([*answer.get("MetricAlarms", ()), *answer.get("CompositeAlarms", ())]), None)


RESOURCE = NativeKind(
    kind="cloudwatch:alarm",
    arn=ArnPattern("cloudwatch:{region}:{account}:alarm:{name*}"),
    one=_one,
    remove=Ask("cloudwatch", "delete_alarms", {"AlarmNames": ["{name}"]}),
    tags=Ask("cloudwatch", "list_tags_for_resource", {"ResourceARN": "{arn}"}, "Tags"),
    created="AlarmConfigurationUpdatedTimestamp",
    also_reads=("cloudwatch:DescribeAlarms",),
    quiet=True,
)
