"""Which resources an environment has, whatever order they are noticed in."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from driftguard.janitor.environments import environment_of, number_of
from driftguard.janitor.lease import Lease, LeaseVerdict
from driftguard.janitor.members import Members
from driftguard.janitor.stacks import stacks_of
from driftguard.model import Target
from driftguard.policy import Policy

NOW = datetime(2026, 11, 23, tzinfo=UTC)
GOES, STAYS = Lease(LeaseVerdict.EXPIRED, "", ""), Lease(LeaseVerdict.PROTECTED, "", "")
ENV = "shop-pr-7"


def target(name: str, environment: str = ENV) -> Target:
    return Target("aws", "aws/1/eu-west-1", "sqs:queue", name, name, {"driftguard:env": environment}, NOW)


def members(ended: str | None = None) -> Members:
    return Members(lambda name: name == ENV, ended)


def test_an_ending_environment_has_all_of_its_resources_also_those_that_stay() -> None:
    found = members()
    found.notice(target("dg-b"), STAYS)
    found.notice(target("dg-a"), GOES)
    found.notice(target("dg-c", "web-pr-1"), GOES)
    found.notice(replace(target("dg-d"), tags={}), GOES)
    assert {name: [t.name for t in targets] for name, targets in found.ending.items()} == {
        ENV: ["dg-a", "dg-b"],
        "web-pr-1": [],
    }


def test_an_environment_of_which_nothing_may_go_is_not_ending() -> None:
    found = members()
    found.notice(target("dg-a"), STAYS)
    assert found.ending == {}


def test_an_ended_environment_is_there_even_if_nothing_of_it_is_seen() -> None:
    assert members(ENV).ending == {ENV: []}


def test_a_closer_look_has_the_last_word_also_where_nothing_can_be_read_any_more() -> None:
    found = members()
    found.notice(target("dg-a"), GOES)
    found.notice(replace(target("dg-a"), protection="lock"), STAYS)
    assert [t.protection for t in found.ending[ENV]] == ["lock"]
    found.notice(replace(target("dg-a"), tags=None), STAYS)
    assert [t.tags for t in found.ending[ENV]] == [None]


POLICY = Policy.model_validate(
    {
        "version": 1,
        "janitor": {
            "terraform": {
                "stacks": [
                    {"dir": "infra", "workspace": "{env}", "variables": {"n": "{number}", "r": "{owner}/{repo}"}},
                    {"dir": "load", "environments": ["load-*"], "backend_config": {"key": "{env}.tfstate"}},
                ]
            }
        },
    }
)


def test_templates_are_filled_for_this_repository_s_pull_requests() -> None:
    [stack] = stacks_of(ENV, "Acme/Shop", "abc", POLICY)
    assert (stack.directory, stack.workspace, stack.revision) == ("infra", ENV, "abc")
    assert stack.variables == {"n": "7", "r": "acme/shop"}


def test_globs_name_other_environments() -> None:
    [stack] = stacks_of("load-test", "acme/shop", "abc", POLICY)
    assert stack.backend_config == {"key": "load-test.tfstate"}


@pytest.mark.parametrize(
    "name",
    [
        "",
        "web-pr-7",
        "shop-pr-07",
        "shop-pr-",
        "load-a/../b",
        "load-../x",
        "load-a b",
        "load-$(id)",
        "-load-x",
        "load-a\nb",
    ],
)
def test_a_name_that_is_no_name_or_none_of_ours_belongs_to_no_configuration(name: str) -> None:
    assert list(stacks_of(name, "acme/shop", "abc", POLICY)) == []


@pytest.mark.parametrize("template", ["{repo}-pr-{number}", "{owner}.{repo}+{number}", "x{number}-{number}"])
def test_a_name_and_its_number_are_each_other_s_inverse(template: str) -> None:
    policy = Policy.model_validate({"version": 1, "janitor": {"environment": template}})
    name = environment_of("acme/shop", 41, policy)
    assert number_of(name, "acme/shop", policy) == 41
    assert number_of(f"{name}x", "acme/shop", policy) is None


@pytest.mark.parametrize(
    ("stack", "said"),
    [
        ({"dir": "infra"}, "all environments share a state"),
        ({"dir": "infra", "workspace": "prod"}, "all environments share a state"),
        ({"dir": "../infra", "workspace": "{env}"}, "is not a directory inside the repository"),
        ({"dir": "-infra", "workspace": "{env}"}, "is not a directory inside the repository"),
        ({"dir": "infra", "workspace": "{enviroment}"}, "stands for nothing"),
        ({"dir": "infra", "workspace": "{env}; id"}, "may hold letters"),
        ({"dir": "infra", "workspace": "{env}$(id)"}, "may hold letters"),
        ({"dir": "infra", "backend_config": {"key": "../{env}"}}, "may hold letters"),
    ],
)
def test_a_stack_that_could_do_harm_is_no_policy(stack: dict[str, object], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Policy.model_validate({"version": 1, "janitor": {"terraform": {"stacks": [stack]}}})
