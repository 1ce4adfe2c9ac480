"""What must be gone before what: the types' own word, turned into each deletion's ``after``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from driftguard.model import Action

EVERYWHERE = "/global"
"""How the scope of what has no region ends; it belongs together with every region of its account."""


def after_wholes(actions: Sequence[Action]) -> Iterator[Action]:
    """The same deletions, each after that of what takes it along: what is left of that goes by itself.

    Parts come the other way round, before what they are parts of: their type extends the other's.
    """
    after: dict[str, list[str]] = {}
    ids = {action.target.id: action.id for action in actions}
    for whole in actions:
        for taken in whole.takes:
            part = taken.type.startswith(f"{whole.target.type}:")
            if taken.id in ids:
                first, second = (ids[taken.id], whole.id) if part else (whole.id, ids[taken.id])
                after.setdefault(second, []).append(first)
    for action in actions:
        yield replace(action, after=(*action.after, *after[action.id])) if action.id in after else action


def ordered(actions: Sequence[Action], order: Mapping[str, Sequence[str]]) -> Iterator[Action]:
    """The same deletions, each after those of the types that ``order`` puts before its own, in its own place.

    All actions of one type and place share one tuple, so that this costs no more than the types do.
    """
    groups: dict[tuple[str, str], list[str]] = {}
    for action in actions:
        groups.setdefault((action.target.scope, action.target.type), []).append(action.id)
    after = {
        (scope, kind): tuple(
            action_id
            for (other_scope, other_kind), ids in groups.items()
            if other_kind in order.get(kind, ()) and _together(scope, other_scope)
            for action_id in ids
        )
        for scope, kind in groups
    }
    for action in actions:
        before = after[action.target.scope, action.target.type]
        yield replace(action, after=(*action.after, *before) if action.after else before)


def _together(scope: str, other: str) -> bool:
    account, other_account = scope.rpartition("/")[0], other.rpartition("/")[0]
    return scope == other or (account == other_account and (scope.endswith(EVERYWHERE) or other.endswith(EVERYWHERE)))
