"""The janitor's scopes spread over jobs: accounts times regions, at most as many as a matrix takes.

Pure: the same policy gives the same shards, so that ``run --shard 3/8`` needs nothing but the policy and its number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from driftguard.errors import UsageError
from driftguard.policy import Clouds, Policy, Rule

MOST = 256
"""Jobs in one matrix, https://docs.github.com/en/actions/reference/limits."""

_FORM = re.compile(r"([1-9]\d{0,3})/([1-9]\d{0,3})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One job's part. ``account`` and ``regions`` are empty where a cloud is taken as a whole."""

    cloud: str
    account: str = ""
    regions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A job's and an artifact's name: ``aws-123456789012-eu-west-1``."""
        more = f"{self.regions[0]}-and-{len(self.regions) - 1}-more" if len(self.regions) > 1 else "".join(self.regions)
        return "-".join(filter(None, (self.cloud, self.account, more)))


def spread(policy: Policy, most: int = MOST) -> tuple[Shard, ...]:
    """Every configured scope in exactly one shard. Raises ``UsageError`` where ``most`` jobs can't hold the accounts.

    A job signs in to one account. Regions share a job only where each by itself would be too many.
    """
    clouds = policy.janitor.clouds
    whole = [Shard(name) for name in Clouds.model_fields if name != "aws" and getattr(clouds, name) is not None]
    return (*_aws(policy, most - len(whole)), *whole)


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


def _dealt(regions: Sequence[str], hands: int) -> Iterator[tuple[str, ...]]:
    """``regions`` dealt to at most ``hands`` jobs, as evenly as may be; no regions means all of them, in one job."""
    count = max(1, min(hands, len(regions)))
    for hand in range(count):
        yield tuple(regions[hand::count])


def matrix(shards: Sequence[Shard]) -> dict[str, Any]:
    """For ``strategy.matrix``: ``fromJSON`` of it gives a job for each shard."""
    count = len(shards)
    return {"include": [{"shard": f"{number}/{count}", "name": shard.name} for number, shard in enumerate(shards, 1)]}


def narrowed(policy: Policy, which: str) -> Policy:
    """``policy`` for the shard ``3/8``. Raises ``UsageError`` if the policy has another number of them."""
    match = _FORM.fullmatch(which)
    shards = spread(policy)
    if match is None or int(match[2]) != len(shards) or int(match[1]) > len(shards):
        raise UsageError(f"--shard {which}: this policy has {len(shards)} shards; write one as 1/{len(shards)}")
    shard = shards[int(match[1]) - 1]
    alone = {name: None for name in Clouds.model_fields if name != shard.cloud}
    clouds = policy.janitor.clouds.model_copy(update=alone)
    if clouds.aws is not None:
        part = clouds.aws.model_copy(update={"accounts": (shard.account,), "regions": shard.regions})
        clouds = clouds.model_copy(update={"aws": part})
    rules = policy.rules if int(match[1]) == 1 else tuple(map(_idle_but_cleaning, policy.rules))
    return policy.model_copy(update={"janitor": policy.janitor.model_copy(update={"clouds": clouds}), "rules": rules})


def _idle_but_cleaning(rule: Rule) -> Rule:
    """What isn't spread over shards happens in the first one alone. The others keep the rule's place in its list."""
    return rule if rule.run == "janitor" else rule.model_copy(update={"on": ()})
