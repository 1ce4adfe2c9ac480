"""Two schemas, compared keyword by keyword along a list of pairs: no recursion, so circles and depth cost nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas import alternatives, scalars, structure, unchanged
from driftguard.cross_repo.schemas.effects import Delta, Effect
from driftguard.cross_repo.schemas.structure import Found, Pair
from driftguard.cross_repo.schemas.views import View, view


@dataclass(frozen=True, slots=True)
class _Part:
    """One comparer, the type that its keywords speak of (``""`` for any), and the keywords."""

    compare: Callable[[View, View], Found]
    about: str
    keywords: frozenset[str]


def _part(compare: Callable[[View, View], Found], about: str, keywords: str) -> _Part:
    return _Part(compare, about, frozenset(keywords.split()))


_PARTS = (
    _part(scalars.enumerated, "", "enum const"),
    _part(scalars.magnitudes, "number", "minimum maximum exclusiveMinimum exclusiveMaximum"),
    _part(scalars.multiple, "number", "multipleOf"),
    _part(scalars.formats, "", "format"),
    _part(scalars.lengths, "string", "minLength maxLength"),
    _part(scalars.texts, "string", "pattern contentEncoding contentMediaType"),
    _part(structure.content, "string", "contentSchema"),
    _part(scalars.item_counts, "array", "minItems maxItems minContains maxContains"),
    _part(scalars.unique, "array", "uniqueItems"),
    _part(structure.items, "array", "items prefixItems additionalItems unevaluatedItems"),
    _part(structure.contains, "array", "contains"),
    _part(scalars.property_counts, "object", "minProperties maxProperties"),
    _part(structure.required, "object", "required"),
    _part(structure.properties, "object", "properties additionalProperties unevaluatedProperties"),
    _part(structure.patterns, "object", "patternProperties"),
    _part(structure.names, "object", "propertyNames"),
    _part(structure.dependencies, "object", "dependentRequired dependentSchemas dependencies"),
    _part(structure.negated, "", "not"),
    _part(structure.conditional, "", "if then else"),
    _part(scalars.remarks, "", "default readOnly writeOnly deprecated"),
)


@dataclass(frozen=True)
class Comparison:
    """One comparison of two versions; a pair that was looked at once isn't looked at again."""

    old: Library
    new: Library
    _seen: dict[tuple[object, ...], Pair] = field(default_factory=dict)

    def deltas(self, old: Node, new: Node) -> list[Delta]:
        """Every difference that ``old`` and ``new`` lead to and that wasn't found before, in the text's order."""
        found: list[Delta] = []
        stack = [Pair(old, new)]
        while stack:
            pair = stack.pop()
            key = (*_identity(pair.old), None, *_identity(pair.new), pair.flipped)
            if key in self._seen:
                continue
            self._seen[key] = pair  # keeps the values alive, so that their ids stay theirs
            below: list[Pair] = []
            for step in self._steps(pair):
                if isinstance(step, Pair):
                    below.append(Pair(step.old, step.new, step.flipped != pair.flipped))
                else:
                    found.append(step.flipped() if pair.flipped else step)
            stack.extend(reversed(below))
        return found

    def _steps(self, pair: Pair) -> Found:
        if unchanged.same(pair.old, pair.new):
            return unchanged.referred(pair.old, pair.new, (self.old, self.new))
        return self._differing(pair)

    def _differing(self, pair: Pair) -> Found:
        old, new = view(pair.old, self.old), view(pair.new, self.new)
        yield from _remote(old, new)
        if old.never or new.never:
            yield from _never(old, new)
        elif alternatives.one_sided(old, new):
            yield from alternatives.spread(old, new, (self.old, self.new))
        else:
            yield from scalars.types(old, new)
            if not scalars.disjoint(old, new):
                yield from self._parts(old, new)

    def _parts(self, old: View, new: View) -> Found:
        """What is said of strings matters only where both versions take strings: else the type says it all."""
        keywords = old.keywords.keys() | new.keywords.keys()
        for part in _PARTS:
            if part.keywords & keywords and (not part.about or (old.accepts(part.about) and new.accepts(part.about))):
                yield from part.compare(old, new)
        if keywords & {*alternatives.KEYWORDS}:
            yield from alternatives.alternatives(old, new, (self.old, self.new))


def _identity(node: Node) -> tuple[object, ...]:
    return tuple(id(part.value) for part in (node, *node.also))


def _remote(old: View, new: View) -> Iterator[Delta]:
    for reference in new.remote:
        if reference in old.remote:
            said = f"'{reference}' is elsewhere and was not fetched; what changed there is not known"
            yield Delta("remote-ref-not-followed", Effect.NOTE, new.node, said)
        else:
            said = f"refers to '{reference}' now, which is elsewhere and was not fetched"
            yield Delta("remote-ref-changed", Effect.UNSURE, new.node, said)
    for reference in old.remote:
        if reference not in new.remote:
            said = f"no longer refers to '{reference}', which is elsewhere and was not fetched"
            yield Delta("remote-ref-changed", Effect.UNSURE, new.node, said)


def _never(old: View, new: View) -> Iterator[Delta]:
    if not old.never:
        yield Delta("schema-closed", Effect.NARROWED, new.node, "nothing is accepted here any more")
    elif not new.never:
        yield Delta("schema-opened", Effect.WIDENED, new.node, "something is accepted here now, nothing was before")
