"""The janitor's scopes spread over jobs: accounts times regions, subscriptions, projects; no more than a matrix takes.

Pure: the same policy gives the same shards, so that ``run --shard 3/8`` needs nothing but the policy and its number.
What isn't the janitor's is the shard ``rest``: each rule of a policy is in exactly one of the two kinds.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from driftguard.errors import UsageError
from driftguard.policy import WHOLE_PROJECT, Clouds, Gcp, Policy

MOST = 256
"""Jobs in one matrix, https://docs.github.com/en/actions/reference/limits."""

REST = "rest"
"""The shard of all rules that look into no cloud."""

SCOPES = {"azure": "subscriptions", "gcp": "projects"}
"""What each cloud besides AWS is dealt by: a key of its section. One without is taken as a whole."""

FOLDERS = "folders"
"""The job that looks for whole projects in Google Cloud's folders."""

_FORM = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One job's part. ``account`` and ``regions`` are empty where a cloud is taken as a whole.

    ``scopes`` are what a cloud without accounts and regions is dealt by: subscriptions, projects.
    """

    cloud: str
    account: str = ""
    regions: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A job's and an artifact's name: ``aws-123456789012-eu-west-1``."""
        parts = self.regions or self.scopes
        more = f"{parts[0]}-and-{len(parts) - 1}-more" if len(parts) > 1 else "".join(parts)
        return "-".join(filter(None, (self.cloud, self.account, more)))


def spread(policy: Policy, most: int = MOST) -> tuple[Shard, ...]:
    """Every configured scope in exactly one shard. Raises ``UsageError`` where ``most`` jobs can't hold the accounts.

    A job signs in to one account. Regions share a job only where each by itself would be too many.
    """
    clouds = policy.janitor.clouds
    others = [name for name in Clouds.model_fields if name != "aws" and getattr(clouds, name) is not None]
    folders = (Shard("gcp", FOLDERS),) if clouds.gcp is not None and clouds.gcp.ephemeral else ()
    aws = tuple(_aws(policy, most - len(others) - len(folders)))
    room = most - len(aws) - len(folders)
    dealt = [shard for name in others for shard in _scopes(policy, name, room // len(others))]
    return (*aws, *dealt, *folders)


def _scopes(policy: Policy, cloud: str, most: int) -> Iterator[Shard]:
    """A job for each scope, or for several where they are too many."""
    listed = tuple(dict.fromkeys(getattr(getattr(policy.janitor.clouds, cloud), SCOPES.get(cloud, ""), ())))
    for scopes in _dealt(listed, most):
        yield Shard(cloud, scopes=scopes)


def _aws(policy: Policy, most: int) -> Iterator[Shard]:
    aws = policy.janitor.clouds.aws
    if aws is None:
        return
    accounts = tuple(dict.fromkeys(aws.accounts))
    if len(accounts) > most:
        raise UsageError(f"{len(accounts)} accounts don't fit into {most} jobs: split the policy into several files")
    for account in accounts:
        for regions in _dealt(tuple(dict.fromkeys(aws.regions)), most // len(accounts)):
            yield Shard("aws", account, regions)


def _dealt(scopes: Sequence[str], hands: int) -> Iterator[tuple[str, ...]]:
    """``scopes`` dealt to at most ``hands`` jobs, as evenly as may be; none means all of them, in one job."""
    count = max(1, min(hands, len(scopes)))
    for hand in range(count):
        yield tuple(scopes[hand::count])


def matrix(shards: Sequence[Shard]) -> dict[str, Any]:
    """For ``strategy.matrix``: ``fromJSON`` of it gives a job for each shard."""
    count = len(shards)
    return {"include": [{"shard": f"{number}/{count}", "name": shard.name} for number, shard in enumerate(shards, 1)]}


def narrowed(policy: Policy, which: str) -> Policy:
    """``policy`` for the shard ``3/8`` or ``rest``. Raises ``UsageError`` if the policy has another number of them."""
    rules = tuple(rule for rule in policy.rules if (rule.run == "janitor") is (which != REST))
    policy = policy.model_copy(update={"rules": rules})
    return policy if which == REST else _part(policy, which)


def _part(policy: Policy, which: str) -> Policy:
    match = _FORM.fullmatch(which)
    shards = spread(policy)
    if match is None or int(match[2]) != len(shards) or int(match[1]) > len(shards):
        raise UsageError(
            f"--shard {which}: this policy has {len(shards)} shards; write one as 1/{len(shards)}, or {REST}"
        )
    shard = shards[int(match[1]) - 1]
    alone = {name: None for name in Clouds.model_fields if name != shard.cloud}
    clouds = policy.janitor.clouds.model_copy(update=alone)
    if clouds.aws is not None:
        part = clouds.aws.model_copy(update={"accounts": (shard.account,), "regions": shard.regions})
        clouds = clouds.model_copy(update={"aws": part})
    if shard.scopes:
        part = getattr(clouds, shard.cloud).model_copy(update={SCOPES[shard.cloud]: shard.scopes})
        clouds = clouds.model_copy(update={shard.cloud: part})
    if clouds.gcp is not None:
        clouds = clouds.model_copy(update={"gcp": _of_gcp(clouds.gcp, shard)})
    return policy.model_copy(update={"janitor": policy.janitor.model_copy(update={"clouds": clouds})})


def _of_gcp(gcp: Gcp, shard: Shard) -> Gcp:
    """Projects without folders; or folders, and then every project stays listed: none of these is an environment."""
    if shard.account != FOLDERS:
        return gcp.model_copy(update={"ephemeral": ()})
    wanted = any(fnmatchcase(WHOLE_PROJECT, pattern) for pattern in gcp.types)
    return gcp.model_copy(update={"types": (WHOLE_PROJECT,) if wanted else ()})
