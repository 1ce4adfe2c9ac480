"""Which way is tighter, for the values of a policy of which that can be said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from driftguard.policy.auth import LongLivedKeys
from driftguard.policy.rules import RuleMode


def _at_most(old: Any, new: Any) -> bool:
    return new is not None and (old is None or new <= old)


def _more(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return all(key in new and set(values) <= set(new[key]) for key, values in old.items())


def _one_of(*ascending: object) -> Callable[[Any, Any], bool]:
    return lambda old, new: ascending.index(new) >= ascending.index(old)


TIGHTER: Mapping[str, Callable[[Any, Any], bool]] = {
    "dry_run": _one_of(False, True),
    "rules[].mode": _one_of(RuleMode.WARN, RuleMode.BLOCK),
    "limits.plan_age": _at_most,
    "auth.long_lived_keys": _one_of(LongLivedKeys.ALLOW, LongLivedKeys.WARN, LongLivedKeys.BLOCK),
    "janitor.protected_tags": _more,
    "janitor.max_deletions": _at_most,
    "janitor.max_share": _at_most,
    "ai_sync.ai.max_tokens": _at_most,
    "ai_sync.ai.max_cost_usd": _at_most,
    "ai_sync.ai.may_block": _one_of(False, True),
    "overrides.survive_push": _one_of(True, False),
    "overrides.longest": _at_most,
    "overrides.longest_keep": _at_most,
}
"""Path -> whether the second value is at least as tight as the first."""
