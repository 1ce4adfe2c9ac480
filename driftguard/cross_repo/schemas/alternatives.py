"""``anyOf`` and ``oneOf``: which branch of the old version answers to which of the new one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.effects import Delta, Effect
from driftguard.cross_repo.schemas.scalars import disjoint
from driftguard.cross_repo.schemas.structure import Found, Pair
from driftguard.cross_repo.schemas.views import REFERENCES, View, canonical, view

KEYWORDS = ("anyOf", "oneOf")


def alternatives(old: View, new: View, libraries: tuple[Library, Library]) -> Found:
    """A branch more is wider, a branch less narrower; branches that answer to each other are compared."""
    before, after = branches(old), branches(new)
    if before is None or after is None:
        yield from _several(old, new)
        return
    yield from _matched(before, after, libraries)
    yield from _exclusive(old, new, after, libraries[1])
    was, now = old.first("discriminator"), new.first("discriminator")
    if was != now:
        said = f"the discriminator changed from {was!r} to {now!r}"
        yield Delta("discriminator-changed", Effect.UNSURE, new.place("discriminator"), said, "discriminator")


def _exclusive(old: View, new: View, after: list[Node], library: Library) -> Found:
    """One must match where any might, or back; no difference where no value is of two branches."""
    if old.has("oneOf") == new.has("oneOf"):
        return
    views = [view(node, library) for node in after]
    if all(disjoint(*pair) for pair in combinations(views, 2)):
        return
    exclusive = new.has("oneOf")
    keyword, said = ("oneOf", "exactly one") if exclusive else ("anyOf", "any")
    rule = "alternatives-exclusive" if exclusive else "alternatives-inclusive"
    yield Delta(rule, Effect.UNSURE, new.place(keyword), f"{said} of them counts now", keyword)


def one_sided(old: View, new: View) -> bool:
    """One version has alternatives and the other is what may be one of them: ``X`` became ``X or null``, say."""
    counts = [sum(len(view.keywords.get(name, ())) for name in KEYWORDS) for view in (old, new)]
    return sorted(counts) == [0, 1]


def spread(old: View, new: View, libraries: tuple[Library, Library]) -> Found:
    """The side without alternatives is taken as one for each of its types, with what stands beside them in both."""
    plain = old if not old.has(*KEYWORDS) else new
    if not _says_something(plain):
        effect, rule = (Effect.NARROWED, "added") if plain is old else (Effect.WIDENED, "removed")
        keyword = next(name for name in KEYWORDS if old.has(name) or new.has(name))
        said = "only certain alternatives are accepted now" if plain is old else "any value is accepted now"
        yield Delta(f"alternatives-{rule}", effect, new.place(keyword), said)
        return
    yield from _matched(_spread(old), _spread(new), libraries)


def _matched(before: list[Node], after: list[Node], libraries: tuple[Library, Library]) -> Found:
    pairs, gone, come = match(before, after, libraries)
    yield from pairs
    for node in gone:
        said = f"the alternative {named(node)} was removed"
        yield Delta("alternative-removed", Effect.NARROWED, node, said)
    for node in come:
        yield Delta("alternative-added", Effect.WIDENED, node, f"the alternative {named(node)} was added")


def _says_something(seen: View) -> bool:
    silent = {"title", "description", "$schema", "$id", "$comment", "examples", "default", "$defs", "definitions"}
    return bool(seen.keywords.keys() - silent)


def _spread(seen: View) -> list[Node]:
    """The alternatives of a view, each joined with what stands beside them; else one for each type."""
    rest = _beside(seen)
    for keyword in KEYWORDS:
        for occurrence in seen.keywords.get(keyword, ()):
            return [_with(node, rest) for node in occurrence.schema.child(keyword).items()]
    types = seen.types
    if types is None or len(types) == 1:
        return [rest]
    return [_with(Node(rest.document, rest.pointer, {"type": name}), rest) for name in sorted(types)]


def _with(node: Node, rest: Node) -> Node:
    return Node(node.document, node.pointer, node.value, (*node.also, rest, *rest.also))


def _beside(seen: View) -> Node:
    """The view's keywords without its alternatives, as one node."""
    kept: dict[int, tuple[Node, dict[str, Any]]] = {}
    for name, occurrences in seen.keywords.items():
        for occurrence in occurrences:
            _, value = kept.setdefault(id(occurrence.schema), (occurrence.schema, {}))
            if name not in KEYWORDS:
                value[name] = occurrence.value
    nodes = [Node(schema.document, schema.pointer, value) for schema, value in kept.values()]
    if not nodes:
        return Node(seen.node.document, seen.node.pointer, {})
    return Node(nodes[0].document, nodes[0].pointer, nodes[0].value, tuple(nodes[1:]))


def branches(view: View) -> list[Node] | None:
    """The branches of a view's one ``anyOf`` or ``oneOf``; ``None`` where it has none or several."""
    found = [o.schema.child(keyword) for keyword in KEYWORDS for o in view.keywords.get(keyword, ())]
    return found[0].items() if len(found) == 1 else None


def _several(old: View, new: View) -> Found:
    """More than one list of alternatives applies at once: compared as they stand, and nothing is guessed."""
    for keyword in KEYWORDS:
        before = [canonical(value) for value in old.values(keyword)]
        after = [canonical(value) for value in new.values(keyword)]
        if sorted(before) != sorted(after):
            said = f"one of several '{keyword}' that apply together changed"
            yield Delta("alternatives-changed", Effect.UNSURE, new.place(keyword), said, keyword)


def match(
    before: list[Node], after: list[Node], libraries: tuple[Library, Library]
) -> tuple[list[Pair], list[Node], list[Node]]:
    """The pairs, what only the old version has, and what only the new one has. Surest signs first."""
    pairs: list[Pair] = []
    left, right = list(before), list(after)
    signs: tuple[Callable[[Node, Library], Any], ...] = (_same, _reference, _title, _constants, _types)
    for sign in signs:
        seen = [(node, sign(node, libraries[0])) for node in left]
        for one, mark in seen:
            other = next((node for node in right if mark is not None and sign(node, libraries[1]) == mark), None)
            if other is not None:
                pairs.append(Pair(one, other))
                left.remove(one)
                right.remove(other)
    return [*pairs, *_overlapping(left, right, libraries)], left, right


def _overlapping(left: list[Node], right: list[Node], libraries: tuple[Library, Library]) -> Iterator[Pair]:
    """What is left over, paired where some value could be of both; taken out of both lists."""
    for one in tuple(left):
        seen = view(one, libraries[0])
        other = next((node for node in right if not disjoint(seen, view(node, libraries[1]))), None)
        if other is not None:
            left.remove(one)
            right.remove(other)
            yield Pair(one, other)


def _same(node: Node, _: Library) -> Any:
    return canonical(node.value)


def _reference(node: Node, _: Library) -> Any:
    if not isinstance(node.value, dict):
        return None
    return next((node.value[name] for name in REFERENCES if name in node.value), None)


def _title(node: Node, library: Library) -> Any:
    title = view(node, library).first("title")
    return title if isinstance(title, str) else None


def _constants(node: Node, library: Library) -> Any:
    """The properties that tell a branch apart: those with one possible value."""
    found = sorted(_fixed(view(node, library), library))
    return tuple(found) or None


def _fixed(seen: View, library: Library) -> Iterator[tuple[str, str]]:
    for name, node in seen.named("properties").items():
        values = view(node, library).enumerated if isinstance(node.value, dict) else None
        if values is not None and len(values) == 1:
            yield name, next(iter(values))


def _types(node: Node, library: Library) -> Any:
    return view(node, library).types


def named(node: Node) -> str:
    """What people call a branch."""
    if isinstance(node.value, dict):
        for name in ("title", *REFERENCES, "type", "const"):
            if name in node.value:
                return f"'{str(node.value[name]).rpartition('/')[2]}'"
    return f"number {int(node.pointer[-1]) + 1}" if node.pointer and node.pointer[-1].isdigit() else "without a name"
