"""Which member of an old allOf, anyOf or oneOf became which of the new one.

In this order: the same name of reference, the same content, the same title, the same meaning under another name
(a renamed component, an inlined one), and the only two left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from driftguard.cross_repo.openapi.equivalence import Equivalence
from driftguard.cross_repo.openapi.flatten import flat
from driftguard.cross_repo.openapi.nodes import Node, reference
from driftguard.cross_repo.openapi.schemas import Schema
from driftguard.cross_repo.openapi.versions import Versions


@dataclass(frozen=True, slots=True)
class Matched:
    """Pairs, and the members that have no other."""

    pairs: tuple[tuple[Node, Node], ...]
    removed: tuple[Node, ...]
    added: tuple[Node, ...]


def match(versions: Versions, fresh: Callable[[], Equivalence], old: list[Node], new: list[Node]) -> Matched:
    """``fresh`` starts a new question of equivalence."""
    left, right = list(old), list(new)
    pairs: list[tuple[Node, Node]] = []

    def take(test: Callable[[Node, Node], bool]) -> None:
        for member in list(left):
            other = next((other for other in right if test(member, other)), None)
            if other is not None:
                pairs.append((member, other))
                left.remove(member)
                right.remove(other)

    take(lambda one, two: reference(one) is not None and reference(one) == reference(two))
    take(lambda one, two: reference(one) == reference(two) and versions.same(one, two))
    take(lambda one, two: _title(one) != "" and _title(one) == _title(two))
    if left and right:
        take(lambda one, two: _other_form(versions, one, two) and fresh().nodes(one, two))
    if len(left) == 1 == len(right) and not any(reference(one) or _title(one) for one in (*left, *right)):
        pairs.append((left.pop(), right.pop()))
    return Matched(tuple(pairs), tuple(left), tuple(right))


def _other_form(versions: Versions, old: Node, new: Node) -> bool:
    """Whether one may be the other written differently: inlined, taken out, or a component that was renamed."""
    before, after = reference(old), reference(new)
    if before is None or after is None:
        return True
    try:
        versions.new.documents.resolve(new.file, before)
    except LookupError:
        return True
    return False


def _title(node: Node) -> str:
    """An inline member's title."""
    value = node.value
    title = value.get("title") if isinstance(value, dict) and "$ref" not in value else None
    return title if isinstance(title, str) else ""


def member_name(node: Node) -> str:
    """How a report calls a member: its component's name, its title, or its number."""
    ref = reference(node)
    if ref is not None:
        return ref.rsplit("/", 1)[-1]
    last = node.pointer[-1] if node.pointer else 0
    return _title(node) or f"#{int(last) + 1 if str(last).isdecimal() else 1}"


def wrapped_properties(same: Equivalence, old: Schema, new: Schema) -> frozenset[str]:
    """Properties of ``old`` that moved into alternatives of ``new``: an object became a oneOf of objects."""
    if "oneOf" in old.raw or not old.raw.get("properties") or not new.raw.get("oneOf"):
        return frozenset()
    if new.types or new.raw.get("properties"):
        return frozenset()
    views = [flat(same.new, same.new.view(member)) for member in same.new.members(new, "oneOf")]
    inside = {name for view in views for name in same.new.named(view, "properties")}
    return frozenset(inside & same.old.named(old, "properties").keys())


def restructured(same: Callable[[], Equivalence], old: Schema, new: Schema, matched: Matched) -> bool:
    """Whether an ``allOf`` was only written differently: nothing that a member (or the schema) declared is lost.

    A member that only came, or only went, is a change, even if it says nothing new.
    """
    question = same()
    before, after = flat(question.old, old), flat(question.new, new)
    if "allOf" in old.raw and "allOf" in new.raw and not (matched.removed and matched.added):
        return _moved(question, old, new, after) or _moved_back(question, old, new, before)
    if not any(question.old.view(node).validates() for node in matched.removed) and not any(
        question.new.view(node).validates() for node in matched.added
    ):
        return False
    if question.schemas(before, after):
        return True
    declared = question.old.named(before, "properties").keys()
    if not declared:
        return before.types == after.types and bool(before.types)
    return declared <= question.new.named(after, "properties").keys()


def _moved(question: Equivalence, old: Schema, new: Schema, after: Schema) -> bool:
    """Whether a property left the schema itself for one of its members."""
    lost = question.old.named(old, "properties").keys() - question.new.named(new, "properties").keys()
    return bool(lost & question.new.named(after, "properties").keys())


def _moved_back(question: Equivalence, old: Schema, new: Schema, before: Schema) -> bool:
    gained = question.new.named(new, "properties").keys() - question.old.named(old, "properties").keys()
    return bool(gained & question.old.named(before, "properties").keys())


def imposed(takes: Callable[[Node], bool], old: Schema, added: tuple[Node, ...]) -> bool:
    """Whether alternatives stand now where there were none, and none of them ``takes`` all that was taken."""
    had_none = not any(word in old.raw for word in ("anyOf", "oneOf"))
    return bool(added) and had_none and not any(map(takes, added))


def lifted(question: Equivalence, old: Schema, new: Schema, key: str, removed: tuple[Node, ...]) -> bool:
    """Whether the alternatives went altogether and nothing else did: whatever they asked for isn't asked any more."""
    if not removed or any(word in new.raw for word in ("anyOf", "oneOf")):
        return False
    return question.schemas(_without(old, key), new)


def _without(schema: Schema, key: str) -> Schema:
    raw = {word: value for word, value in schema.raw.items() if word != key}
    return replace(schema, raw=raw)
