"""The keywords that hold schemas: each gives what it says itself, and the pairs to look at next."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from driftguard.cross_repo.documents.library import Node
from driftguard.cross_repo.schemas.effects import Delta, Effect
from driftguard.cross_repo.schemas.views import View, canonical


@dataclass(frozen=True, slots=True)
class Pair:
    """Two schemas to compare. ``flipped`` inside a ``not``: what narrows there widens outside."""

    old: Node
    new: Node
    flipped: bool = False


Found = Iterator[Delta | Pair]


def anything(view: View) -> Node:
    """The schema that isn't written, where ``view`` stands."""
    return Node(view.node.document, view.node.pointer, True)


def _rest(view: View, keyword: str, unevaluated: str) -> Node:
    found = view.schema(keyword)
    return found if found is not None else view.schema(unevaluated) or anything(view)


def _closed(node: Node) -> bool:
    return any(part.value is False for part in (node, *node.also))


def _open(node: Node) -> bool:
    return all(part.value is True or part.value == {} for part in (node, *node.also))


def properties(old: View, new: View) -> Found:
    """What one version doesn't name, it judges by ``additionalProperties``; an open object takes anything there."""
    before, after = old.named("properties"), new.named("properties")
    rest_before = _rest(old, "additionalProperties", "unevaluatedProperties")
    rest_after = _rest(new, "additionalProperties", "unevaluatedProperties")
    for name in before:
        if name in after:
            yield Pair(before[name], after[name])
        else:
            yield from _property_gone(name, before[name], rest_after, old.required)
    for name in after:
        if name not in before:
            yield from _property_come(name, after[name], rest_before)
    yield Pair(rest_before, rest_after)


def _property_gone(name: str, was: Node, rest: Node, required: dict[str, Node]) -> Found:
    """A reader may rely on what was required; nobody can say who reads what was optional."""
    if _closed(rest):
        effect = Effect.REPLACED if name in required else Effect.NARROWED
        yield Delta("property-removed", effect, was, f"the property '{name}' was removed and is refused now")
        return
    effect = Effect.WIDENED if name in required else Effect.UNSURE
    yield Delta("property-removed", effect, was, f"the property '{name}' was removed")
    if not _open(rest):
        yield Pair(was, rest)


def _property_come(name: str, now: Node, rest: Node) -> Found:
    if _closed(rest):
        yield Delta("property-added", Effect.WIDENED, now, f"the property '{name}' was added, which was refused before")
        return
    yield Delta("property-added", Effect.NOTE, now, f"the property '{name}' was added")
    if not _open(rest):
        yield Pair(rest, now)


def required(old: View, new: View) -> Found:
    before, after = old.required, new.required
    gone = old.named("properties").keys() - new.named("properties").keys()
    for name in after:
        if name not in before:
            said = f"the property '{name}' became required"
            yield Delta("required-added", Effect.NARROWED, after[name], said, "required")
    for name in before:
        if name not in after and name not in gone:
            said = f"the property '{name}' is no longer required"
            yield Delta("required-removed", Effect.WIDENED, new.place("required"), said, "required")


def patterns(old: View, new: View) -> Found:
    before, after = old.named("patternProperties"), new.named("patternProperties")
    for name in before:
        if name in after:
            yield Pair(before[name], after[name])
        else:
            closed = _closed(_rest(new, "additionalProperties", "unevaluatedProperties"))
            effect = Effect.NARROWED if closed else Effect.WIDENED
            said = f"properties that match '{name}' are no longer described"
            yield Delta("pattern-property-removed", effect, before[name], said)
    for name in after:
        if name not in before:
            closed = _closed(_rest(old, "additionalProperties", "unevaluatedProperties"))
            effect = Effect.WIDENED if closed else Effect.NARROWED
            said = f"properties that match '{name}' are described now"
            yield Delta("pattern-property-added", effect, after[name], said)


def names(old: View, new: View) -> Found:
    yield from _optional(old, new, "propertyNames")


def _optional(old: View, new: View, keyword: str) -> Found:
    before, after = old.schema(keyword), new.schema(keyword)
    if before is not None or after is not None:
        yield Pair(before or anything(old), after or anything(new))


def dependencies(old: View, new: View) -> Found:
    """``dependentRequired``, ``dependentSchemas``, and ``dependencies`` from before 2019-09 that mixes them."""
    for keyword in ("dependentRequired", "dependentSchemas", "dependencies"):
        before, after = old.named(keyword), new.named(keyword)
        for name in {**before, **after}:
            one, other = before.get(name), after.get(name)
            if _lists(one) or _lists(other):
                yield from _needs(name, one, other)
            else:
                yield Pair(one or anything(old), other or anything(new))


def _lists(node: Node | None) -> bool:
    return node is not None and isinstance(node.value, list)


def _needs(name: str, one: Node | None, other: Node | None) -> Found:
    before = {canonical(value) for value in one.value} if one and isinstance(one.value, list) else set()
    after = {canonical(value) for value in other.value} if other and isinstance(other.value, list) else set()
    place = other or one
    assert place is not None
    if after - before:
        said = f"with the property '{name}', {', '.join(sorted(after - before))} are required now"
        yield Delta("dependent-required-added", Effect.NARROWED, place, said)
    if before - after:
        said = f"with the property '{name}', {', '.join(sorted(before - after))} are no longer required"
        yield Delta("dependent-required-removed", Effect.WIDENED, place, said)


def items(old: View, new: View) -> Found:
    """Positions first (``prefixItems``, or ``items`` as a list), then what follows them."""
    first_before, rest_before = _tuple(old)
    first_after, rest_after = _tuple(new)
    for index in range(max(len(first_before), len(first_after))):
        one = first_before[index] if index < len(first_before) else rest_before
        other = first_after[index] if index < len(first_after) else rest_after
        yield Pair(one, other)
    yield Pair(rest_before, rest_after)


def _tuple(view: View) -> tuple[list[Node], Node]:
    whole = next((occurrence.schema.child("items") for occurrence in view.keywords.get("items", ())), None)
    if whole is not None and isinstance(whole.value, list):
        return whole.items(), _rest(view, "additionalItems", "unevaluatedItems")
    first = [node for o in view.keywords.get("prefixItems", ()) for node in o.schema.child("prefixItems").items()]
    rest = view.schema("items") if whole is not None else view.schema("unevaluatedItems")
    return first, rest or anything(view)


def contains(old: View, new: View) -> Found:
    before, after = old.schema("contains"), new.schema("contains")
    if before is not None and after is not None:
        yield Pair(before, after)
    elif after is not None:
        yield Delta("contains-added", Effect.NARROWED, after, "an item of a certain form must be there now")
    elif before is not None:
        yield Delta("contains-removed", Effect.WIDENED, before, "no item of a certain form must be there any more")


def content(old: View, new: View) -> Found:
    yield from _optional(old, new, "contentSchema")


def negated(old: View, new: View) -> Found:
    before, after = old.schema("not"), new.schema("not")
    if before is not None and after is not None:
        yield Pair(before, after, flipped=True)
    elif after is not None:
        yield Delta("not-added", Effect.NARROWED, after, "what a 'not' describes is refused now")
    elif before is not None:
        yield Delta("not-removed", Effect.WIDENED, before, "what a 'not' described is accepted now")


def conditional(old: View, new: View) -> Found:
    """``then`` and ``else`` can be compared only under the same ``if``."""
    before, after = old.schema("if"), new.schema("if")
    if before is None and after is None:
        return
    if before is not None and after is not None:
        if canonical(before.value) != canonical(after.value):
            yield Delta("condition-changed", Effect.UNSURE, after, "the condition of an 'if' changed")
        for branch in ("then", "else"):
            yield from _optional(old, new, branch)
    elif after is not None:
        yield Delta("condition-added", Effect.NARROWED, after, "a condition was added")
    elif before is not None:
        yield Delta("condition-removed", Effect.WIDENED, before, "a condition was removed")
