"""Production is protected whatever a policy lists, since a list of one's own replaces the default one."""

from datetime import UTC, datetime
from typing import Any

import pytest

from driftguard.janitor.lease import LeaseVerdict, Terms, judge
from driftguard.model import Target
from driftguard.policy import Policy

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize("listed", [{}, {"Team": ["web"]}, {"Environment": ["live"]}, {"environment": []}])
@pytest.mark.parametrize("tag", [{"Environment": "Production"}, {"environment": "PRODUCTION "}])
def test_production_stays(listed: dict[str, Any], tag: dict[str, str]) -> None:
    tags = {"driftguard:owner": "web", "driftguard:expires-at": "2026-11-20", **tag}
    policy = Policy.model_validate({"version": 1, "janitor": {"protected_tags": listed}})
    judged = judge(Target("aws", "aws/1/eu-west-1", "sqs:queue", "arn", "dg-it", tags, NOW), Terms(policy, NOW))
    assert (judged.verdict, judged.policy_path) == (LeaseVerdict.PROTECTED, "janitor.protected_tags.Environment")
