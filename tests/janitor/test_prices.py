"""What a resource costs: known from a table or from the policy, and never guessed."""

import re
from datetime import date

import pytest
import yaml

from driftguard.janitor import prices
from driftguard.janitor.prices import Prices
from driftguard.model import Target

PUBLISHED = ("https://aws.amazon.com/", "https://azure.microsoft.com/pricing/", "https://cloud.google.com/")


def target(kind: str, size: str = "", region: str = "us-east-1") -> Target:
    return Target("aws", f"aws/123456789012/{region}", kind, "arn:x", "dg-x", size=size)


@pytest.mark.parametrize(
    ("kind", "size", "region", "usd"),
    [
        ("ec2:instance", "t3.micro", "us-east-1", 7.59),
        ("ec2:volume", "gp3 100 GiB", "us-east-1", 8.0),
        ("ec2:volume", "gp3 0.5 GiB", "us-east-1", 0.04),
        ("ec2:vpc-endpoint", "2 x interface", "us-east-1", 14.6),
        ("logs:log-group", "10.500 GiB", "us-east-1", 0.32),
        ("rds:db", "db.t4g.micro postgres + gp3 20 GiB", "us-east-1", 13.98),
        ("rds:db", "2 x db.t4g.micro postgres + 2 x gp3 20 GiB", "us-east-1", 27.96),
        ("kms:key", "", "ap-south-1", 1.0),
        ("sqs:queue", "", "global", 0.0),
        ("microsoft.compute:virtualmachines", "Standard_B2s Linux", "eastus", 30.37),
        ("microsoft.compute:disks", "Premium_LRS 128-GiB", "eastus", 19.71),
        ("compute:instance", "e2-micro", "us-central1", 6.11),
        ("compute:disk", "pd-ssd 100 GiB", "us-central1", 17.0),
    ],
)
def test_type_size_and_region_make_a_price(kind: str, size: str, region: str, usd: float) -> None:
    assert Prices({}).monthly(target(kind, size, region)) == usd


@pytest.mark.parametrize(
    ("kind", "size", "region"),
    [
        ("ec2:instance", "", "us-east-1"),
        ("ec2:instance", "t3.gigantic", "us-east-1"),
        ("ec2:instance", "t3.micro", "eu-west-1"),
        ("ec2:volume", "gp3", "us-east-1"),
        ("ec2:volume", "100 GiB", "us-east-1"),
        ("s3:bucket", "", "us-east-1"),
        ("rds:db", "db.t4g.micro postgres + io2 20 GiB", "us-east-1"),
        ("rds:db", "db.t4g.micro oracle + gp3 20 GiB", "us-east-1"),
        ("ec2:volume", "gp3 100 GiB + ", "us-east-1"),
        ("kms:key", "large", "us-east-1"),
        ("microsoft.compute:virtualmachines", "Standard_B2s Windows", "eastus"),
        ("microsoft.compute:disks", "Premium_LRS 100-GiB", "eastus"),
        ("compute:disk", "regional-pd-ssd 100 GiB", "us-central1"),
    ],
)
def test_whatever_is_missing_makes_it_unknown(kind: str, size: str, region: str) -> None:
    assert Prices({}).monthly(target(kind, size, region)) is None


def test_the_policy_s_own_price_comes_first_in_every_region() -> None:
    own = Prices({"ec2:instance t3.micro": 5, "s3:bucket": 0.5, "ec2:volume gp3 GiB": 0.07})
    assert own.monthly(target("ec2:instance", "t3.micro", "eu-west-1")) == 5
    assert own.monthly(target("s3:bucket")) == 0.5
    assert own.monthly(target("ec2:volume", "gp3 100 GiB")) == 7.0
    assert own.monthly(target("kms:key")) == 1.0


def test_every_price_has_a_source_and_a_month_and_stands_once() -> None:
    text = prices.__file__.replace(".py", ".yaml")
    with open(text, encoding="utf-8") as file:  # noqa: PTH123
        groups = yaml.safe_load(file)
    keys = [key for group in groups for key in group["usd_month"]]
    assert len(keys) == len(set(keys)) == len(prices.table())
    for group in groups:
        assert group["source"].startswith(PUBLISHED)
        assert date.fromisoformat(f"{group['as_of']}-01")
        for key, regions in group["usd_month"].items():
            assert re.fullmatch(r"[a-z0-9.]+(:[a-z0-9-]+)+( [A-Za-z0-9._-]+){0,2}( GiB)?", key)
            assert regions
            assert all(price >= 0 for price in regions.values())
