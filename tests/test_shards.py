"""Every account and region is in exactly one job, and no matrix is larger than Actions takes."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftguard import shards
from driftguard.errors import UsageError
from driftguard.policy import Policy

account = st.integers(0, 10**12 - 1).map("{:012d}".format)
accounts_of = st.lists(account, min_size=1, max_size=260, unique=True)
few_accounts_of = st.lists(account, min_size=1, max_size=4, unique=True)
regions_of = st.lists(
    st.tuples(st.sampled_from(["eu", "us", "ap"]), st.sampled_from(["west", "east", "south"]), st.integers(1, 9)).map(
        lambda part: f"{part[0]}-{part[1]}-{part[2]}"
    ),
    max_size=27,
    unique=True,
)


def policy(accounts: list[str], regions: list[str]) -> Policy:
    return Policy.model_validate(
        {"version": 1, "janitor": {"clouds": {"aws": {"accounts": accounts, "regions": regions}}}}
    )


@given(accounts_of, regions_of)
def test_every_scope_is_in_exactly_one_of_at_most_256_jobs(accounts: list[str], regions: list[str]) -> None:
    wanted = policy(accounts, regions)
    if len(accounts) > shards.MOST:
        with pytest.raises(UsageError, match="split the policy"):
            shards.spread(wanted)
        return
    found = shards.spread(wanted)
    pairs = [(shard.account, region) for shard in found for region in shard.regions or ("*",)]
    assert sorted(pairs) == sorted((account, region) for account in accounts for region in regions or ["*"])
    assert len(found) <= shards.MOST
    assert len({shard.name for shard in found}) == len(found), "names are artifacts' names"
    assert all(re.fullmatch(r"[a-z0-9-]+", shard.name) for shard in found)


@settings(max_examples=20)
@given(few_accounts_of, regions_of)
def test_a_run_of_one_shard_sees_its_scopes_alone(accounts: list[str], regions: list[str]) -> None:
    whole = policy(accounts, regions)
    found = shards.spread(whole)
    for each, shard in zip(shards.matrix(found)["include"], found, strict=True):
        aws = shards.narrowed(whole, each["shard"]).janitor.clouds.aws
        assert aws is not None
        assert (aws.accounts, aws.regions) == ((shard.account,), shard.regions)


def test_accounts_times_regions_is_a_matrix() -> None:
    found = shards.spread(policy(["1" * 12, "2" * 12], ["eu-west-1", "us-east-1"]))
    assert json.loads(json.dumps(shards.matrix(found))) == {
        "include": [
            {"shard": "1/4", "name": "aws-111111111111-eu-west-1"},
            {"shard": "2/4", "name": "aws-111111111111-us-east-1"},
            {"shard": "3/4", "name": "aws-222222222222-eu-west-1"},
            {"shard": "4/4", "name": "aws-222222222222-us-east-1"},
        ]
    }


def test_regions_share_a_job_only_where_they_must() -> None:
    (account,) = {shard.account for shard in shards.spread(policy(["1" * 12], ["eu-west-1", "us-east-1"]), most=1)}
    assert account == "1" * 12
    assert [len(shard.regions) for shard in shards.spread(policy(["1" * 12], ["eu-west-1", "us-east-1"]), most=1)] == [
        2
    ]


def test_no_cloud_gives_no_job() -> None:
    assert shards.matrix(shards.spread(Policy(version=1))) == {"include": []}


def test_the_caps_and_rules_of_a_narrowed_policy_are_those_of_the_whole() -> None:
    whole = policy(["1" * 12, "2" * 12], ["eu-west-1"])
    part = shards.narrowed(whole.located("policy.yaml", {"janitor.ttl": 7}, "sha"), "2/2")
    assert part.where("janitor.ttl") == "policy.yaml:7"
    assert part.sha == "sha"
    assert part.model_dump(exclude={"janitor": {"clouds"}}) == whole.model_dump(exclude={"janitor": {"clouds"}})


@pytest.mark.parametrize("which", ["0/2", "3/2", "1/3", "1", "", "a/b", "1/2/3", "-1/2", "01/2"])
def test_a_number_that_isnt_of_this_policy_is_refused(which: str) -> None:
    with pytest.raises(UsageError, match="2 shards"):
        shards.narrowed(policy(["1" * 12], ["eu-west-1", "us-east-1"]), which)


def test_what_is_not_spread_over_shards_happens_in_the_first_alone_and_keeps_its_line() -> None:
    """A hundred jobs must not ask the same consumers a hundred times."""
    rules = [
        {"name": "contracts", "on": ["schedule"], "run": "cross_repo"},
        {"name": "nightly", "on": ["schedule"], "run": "janitor"},
    ]
    clouds = {"aws": {"accounts": ["1" * 12, "2" * 12], "regions": ["eu-west-1"]}}
    whole = Policy.model_validate({"version": 1, "rules": rules, "janitor": {"clouds": clouds}})
    parts = [shards.narrowed(whole, f"{number}/2") for number in (1, 2)]
    assert [[rule.name for rule in part.rules if rule.matches("schedule")] for part in parts] == [
        ["contracts", "nightly"],
        ["nightly"],
    ]
    assert [rule.name for rule in parts[1].rules] == ["contracts", "nightly"]
