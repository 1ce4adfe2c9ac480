"""Every account and region is in exactly one job, and no matrix is larger than Actions takes."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from driftguard import shards
from driftguard.errors import UsageError
from driftguard.policy import WHOLE_PROJECT, Policy

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


subscriptions_of = st.lists(st.uuids().map(str), min_size=1, max_size=300, unique=True)


@settings(max_examples=30)
@given(subscriptions_of, st.booleans())
def test_every_subscription_is_in_exactly_one_job_and_a_run_of_it_sees_no_other(
    subscriptions: list[str], with_aws: bool
) -> None:
    clouds: dict[str, object] = {"azure": {"subscriptions": subscriptions}}
    clouds |= {"aws": {"accounts": ["1" * 12], "regions": ["eu-west-1", "us-east-1"]}} if with_aws else {}
    whole = Policy.model_validate({"version": 1, "janitor": {"clouds": clouds}})
    found = shards.spread(whole)
    assert len(found) <= shards.MOST
    assert sorted(each for shard in found for each in shard.scopes) == sorted(subscriptions)
    assert len({shard.name for shard in found}) == len(found)
    assert all(re.fullmatch(r"[a-z0-9-]+", shard.name) for shard in found)
    number = len(found)
    narrowed = shards.narrowed(whole, f"{number}/{number}").janitor.clouds
    assert narrowed.aws is None
    assert narrowed.azure is not None
    assert narrowed.azure.subscriptions == found[-1].scopes


def test_a_rule_keeps_its_line_when_others_are_left_out() -> None:
    rules = [{"name": f"r{number}", "on": ["push"], "run": run} for number, run in enumerate(("janitor", "ai_sync"))]
    whole = Policy.model_validate({"version": 1, "rules": rules})
    whole.located("policy.yaml", {"rules[0]": 4, "rules[1]": 9}, "")
    rest = shards.narrowed(whole, "rest")
    assert [rest.where_rule(rule) for rule in rest.rules] == ["policy.yaml:9"]


def test_each_project_is_a_job_and_whole_projects_are_one() -> None:
    gcp = {"projects": ["100000000001", "100000000002"], "ephemeral": ["folders/900001"]}
    whole = Policy.model_validate({"version": 1, "janitor": {"clouds": {"gcp": gcp}}})
    found = shards.spread(whole)
    assert [shard.name for shard in found] == ["gcp-100000000001", "gcp-100000000002", "gcp-folders"]
    parts = [shards.narrowed(whole, each["shard"]).janitor.clouds.gcp for each in shards.matrix(found)["include"]]
    told = [(part.projects, part.ephemeral, part.types) for part in parts if part is not None]
    everything = ("100000000001", "100000000002")
    assert told == [
        (("100000000001",), (), ("*",)),
        (("100000000002",), (), ("*",)),
        (everything, ("folders/900001",), (WHOLE_PROJECT,)),
    ], "a project that is worked in stays listed, or it would be an environment"


def test_more_projects_than_jobs_share_them() -> None:
    numbers = [str(100000000000 + number) for number in range(shards.MOST + 9)]
    gcp = {"projects": numbers, "ephemeral": ["folders/900001"]}
    found = shards.spread(Policy.model_validate({"version": 1, "janitor": {"clouds": {"gcp": gcp}}}))
    assert len(found) == shards.MOST
    assert sorted(number for shard in found for number in shard.scopes) == numbers
