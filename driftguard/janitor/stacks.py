"""Which Terraform configurations an environment was built by, and the action that destroys it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from driftguard.globs import Globs
from driftguard.janitor.environments import number_of, slug
from driftguard.model import ENVIRONMENT, Action, Precondition, Risk, Target, fingerprint
from driftguard.policy import Policy, TerraformStack
from driftguard.ports import Stack

KIND = "terraform_destroy"
STOPPING = timedelta(minutes=2)
"""What an action gets beyond ``janitor.terraform.timeout``, for Terraform to end well after SIGTERM."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def stacks_of(environment: str, repo: str, revision: str, policy: Policy) -> Iterator[Stack]:
    """The configurations at ``revision`` of ``repo`` that built ``environment``, in the policy's order.

    A name is foreign text, a tag's value: one that couldn't be a name belongs to none.
    """
    if policy.janitor.terraform is None or not _NAME.fullmatch(environment) or ".." in environment:
        return
    number = number_of(environment, repo, policy)
    owner, _, name = repo.partition("/")
    values = {"owner": slug(owner), "repo": slug(name), "env": environment}
    values |= {"number": str(number)} if number is not None else {}
    for stack in policy.janitor.terraform.stacks:
        mine = Globs(stack.environments).match(environment) if stack.environments else number is not None
        if mine and _needs(stack) <= values.keys():
            yield _filled(stack, environment, revision, values)


def _needs(stack: TerraformStack) -> set[str]:
    templates = [stack.workspace or "", *stack.backend_config.values(), *stack.variables.values()]
    return {name for text in templates for name in re.findall(r"\{(\w+)\}", text)}


def _filled(stack: TerraformStack, environment: str, revision: str, values: Mapping[str, str]) -> Stack:
    def fill(templates: Mapping[str, str]) -> dict[str, str]:
        return {key: text.format_map(values) for key, text in templates.items()}

    return Stack(
        environment=environment,
        directory=stack.dir,
        revision=revision,
        workspace=(stack.workspace or "").format_map(values),
        backend_config=fill(stack.backend_config),
        variables=fill(stack.variables),
    )


def destructions(stacks: Sequence[Stack], members: Sequence[Target], repo: str, policy: Policy) -> Iterator[Action]:
    """One action for each stack, one after the other; each ``takes`` all of the environment's resources."""
    before: tuple[str, ...] = ()
    for stack in stacks:
        target = Target(
            provider="terraform",
            scope=f"terraform/{repo}",
            type=ENVIRONMENT,
            id=f"{repo}/{stack.directory}/{stack.environment}",
            name=stack.environment,
            fingerprint=fingerprint({member.id: member.fingerprint for member in members}),
        )
        assert policy.janitor.terraform is not None
        action = Action(
            id=f"{KIND}:{target.id}",
            kind=KIND,
            target=target,
            risk=Risk.DESTROY,
            why=f"{stack.directory} built {stack.environment}, {len(members)} resources of it were found",
            after=before,
            precondition=Precondition.STILL_EXISTS,
            body=asdict(stack),
            takes=tuple(members),
            timeout=policy.janitor.terraform.timeout + STOPPING,
        )
        yield action
        before = (*before, action.id)
