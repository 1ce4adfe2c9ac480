"""Two schemas, side by side, all the way down: facts at each pair, and the rules that they fall under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from driftguard.cross_repo.contracts.changes import Level
from driftguard.cross_repo.openapi import bounds, lifecycle, properties, structure, types, values
from driftguard.cross_repo.openapi.compositions import (
    Matched,
    imposed,
    lifted,
    match,
    member_name,
    restructured,
    wrapped_properties,
)
from driftguard.cross_repo.openapi.equivalence import Budget, Equivalence, unwrapped
from driftguard.cross_repo.openapi.facts import Fact
from driftguard.cross_repo.openapi.flatten import flat
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.rules import RULES, rule_for
from driftguard.cross_repo.openapi.schemas import MANY, Schema, Schemas
from driftguard.cross_repo.openapi.sites import Hit, Site
from driftguard.cross_repo.openapi.versions import Versions

_BELOW = ("items", "additionalProperties", "contains", "propertyNames", "unevaluatedItems", "unevaluatedProperties",
          "if", "then", "else", "not", "contentSchema")  # fmt: skip
_NAMED_BELOW = ("patternProperties", "dependentSchemas")


@dataclass(slots=True)
class Walk:
    """One use of one pair of schemas. A pair that the use meets twice is reported where it is met first."""

    versions: Versions
    old: Schemas
    new: Schemas
    calendar: lifecycle.Calendar
    site: Site
    met: set[tuple[int, int, bool]] = field(default_factory=set)
    keep: list[Schema] = field(default_factory=list)
    budget: Budget = field(default_factory=Budget)
    trying: frozenset[tuple[int, int]] = frozenset()

    def same(self) -> Equivalence:
        return Equivalence(self.versions, self.old, self.new, budget=self.budget)

    def hits(self, old: Node, new: Node) -> Iterator[Hit]:
        """Everything that changed between the two, in the order of the new schema."""
        yield from self._nodes(old, new, "")

    def _nodes(self, old: Node, new: Node, path: str, *, hidden: bool = False, member: bool = False) -> Iterator[Hit]:
        if not self.versions.same(old, new):
            yield from self._pair(self.old.view(old), self.new.view(new), path, hidden=hidden, member=member)

    def _pair(self, old: Schema, new: Schema, path: str, *, hidden: bool, member: bool = False) -> Iterator[Hit]:
        pair = (id(old.raw), id(new.raw), member)
        if pair in self.met or old.remote or new.remote:
            return
        self.met.add(pair)
        self.keep += (old, new)
        old, new = self._comparable(old, new)
        matched = {key: self._match(old, new, key) for key in MANY if key in old.raw or key in new.raw}
        if (
            "allOf" in matched
            and self._unmatched(matched["allOf"])
            and restructured(self.same, old, new, matched["allOf"])
        ):
            old, new = flat(self.old, old), flat(self.new, new)
            matched = {key: self._match(old, new, key) for key in MANY if key in old.raw or key in new.raw}
        hidden = hidden or self._hidden(old, new)
        facts = [*self._facts(old, new, path, matched)]
        for fact in facts:
            yield from self._hit(fact, new, path, hidden=hidden)
        yield from properties.hits(self, old, new, path, hidden=hidden)
        if not member and not hidden:
            yield from properties.required(self, flat(self.old, old), flat(self.new, new), path)
        yield from self._below(old, new, path, matched, hidden=hidden)

    def _comparable(self, old: Schema, new: Schema) -> tuple[Schema, Schema]:
        """A composition of one member is that member, where the other side has no such composition."""
        for key in MANY[:3]:
            if key in old.raw and key not in new.raw:
                old = unwrapped(self.old, old)
            elif key in new.raw and key not in old.raw:
                new = unwrapped(self.new, new)
        return old, new

    def _match(self, old: Schema, new: Schema, key: str) -> Matched:
        before, after = self.old.members(old, key), self.new.members(new, key)
        if key == "prefixItems":
            shared = min(len(before), len(after))
            pairs = tuple(zip(before[:shared], after[:shared], strict=True))
            return Matched(pairs, tuple(before[shared:]), tuple(after[shared:]))
        return match(self.versions, self.same, before, after)

    @staticmethod
    def _unmatched(matched: Matched) -> bool:
        return bool(matched.removed or matched.added)

    def _hidden(self, old: Schema, new: Schema) -> bool:
        """Whether this side never carries the schema: readOnly in a request, writeOnly in a response."""
        return self._unseen(old) and self._unseen(new)

    def _unseen(self, schema: Schema) -> bool:
        flag = "readOnly" if self.site.side == "request" else "writeOnly"
        return schema.flag(flag) and self.site.root.endswith("body")

    def _facts(self, old: Schema, new: Schema, path: str, matched: dict[str, Matched]) -> Iterator[Fact]:
        same = self.same()
        wrapped = wrapped_properties(same, old, new)
        listed = [*types.list_facts(same, old, new)]
        yield from values.facts(old, new)
        yield from bounds.facts(old, new)
        yield from structure.facts(same, old, new)
        if wrapped:
            yield Fact("wrapped-in-one-of" if not path else "one-of-added", "oneOf", new="alternatives")
        elif listed:
            yield from listed
        elif not self._spread(old, new):
            yield from self._types(old, new, path)
            yield from self._members(old, new, matched)
        if path and not matched.get("allOf"):
            yield from self._life(old, new)

    def _spread(self, old: Schema, new: Schema) -> bool:
        """The same types, once as ``type: [a, b]`` and once as alternatives."""
        before, after = types.types_of(self.old, old), types.types_of(self.new, new)
        return before is not None and before == after and bool(old.types) != bool(new.types)

    def _types(self, old: Schema, new: Schema, path: str) -> Iterator[Fact]:
        old, new = types.typed(old, new)
        if self.site.root == "request-parameter":
            if path:
                yield from types.parameter_property_facts(old, new)
            else:
                yield from types.parameter_facts(old, new, self.same(), form=self.site.form)
        elif self.site.side == "request":
            yield from types.request_facts(old, new, self.site.media)
        else:
            yield from types.response_facts(old, new, self.site.media)

    def _members(self, old: Schema, new: Schema, matched: dict[str, Matched]) -> Iterator[Fact]:
        words = {"allOf": "all-of", "anyOf": "any-of", "oneOf": "one-of", "prefixItems": "prefix-items"}
        if turned := self._switched(matched):
            yield Fact(turned, "oneOf" if turned.endswith("one-of") else "anyOf")
            return
        for key, found in matched.items():
            if key == "allOf" and found.removed:
                yield from self._lost(old, new)
            if key in ("anyOf", "oneOf") and lifted(self.same(), old, new, key, found.removed):
                yield Fact(f"{words[key]}-lifted", key, old=", ".join(map(member_name, found.removed)))
                continue
            if key in ("anyOf", "oneOf") and imposed(lambda node: self._takes(node, old), old, found.added):
                yield Fact(f"{words[key]}-imposed", key, new=", ".join(map(member_name, found.added)))
            for nodes, how, schemas in ((found.added, "added", self.new), (found.removed, "removed", self.old)):
                real = [node for node in nodes if key != "allOf" or schemas.view(node).validates()]
                empty = [node for node in nodes if node not in real]
                if real:
                    yield Fact(f"{words[key]}-{how}", key, new=", ".join(map(member_name, real)))
                if empty:
                    yield Fact(f"{words[key]}-{how}-annotation-only", key, new=", ".join(map(member_name, empty)))

    def _takes(self, node: Node, old: Schema) -> bool:
        """Whether a new schema takes all that the old one took: a request wouldn't notice."""
        pair = (id(old.raw), id(self.new.view(node).raw))
        if pair in self.trying:
            return True
        site = replace(self.site, side="request", root="request-body", inner="request-property")
        trial = replace(self, site=site, met=set(), keep=[], trying=self.trying | {pair})
        return all(RULES[hit.rule].level is Level.INFO for hit in trial.hits(old.node, node))

    def _lost(self, old: Schema, new: Schema) -> Iterator[Fact]:
        """Required properties that only the removed members of an ``allOf`` declared."""
        before, after = flat(self.old, old), flat(self.new, new)
        known = self.new.named(after, "properties")
        lost = [name for name in self.old.named(before, "properties") if name not in known]
        if lost := [name for name in lost if name in before.words("required")]:
            yield Fact("all-of-properties-removed", "allOf", old=", ".join(lost))

    def _switched(self, matched: dict[str, Matched]) -> str:
        """Whether a oneOf became an anyOf (or back) of the same members, as a word."""
        one, any_ = matched.get("oneOf"), matched.get("anyOf")
        if one is None or any_ is None or one.pairs or any_.pairs:
            return ""
        turns = {
            "one-of-became-any-of": (one.removed, any_.added),
            "any-of-became-one-of": (any_.removed, one.added),
        }
        for word, (gone, come) in turns.items():
            if gone and come and not self._unmatched(match(self.versions, self.same, list(gone), list(come))):
                return word
        return ""

    def _life(self, old: Schema, new: Schema) -> Iterator[Fact]:
        word = lifecycle.deprecation(self.calendar, old.raw, new.raw, self.site.stability)
        if word is not None:
            yield Fact(
                "deprecated-sunset-invalid" if word == "sunset-invalid" else word,
                "deprecated",
                new=new.get(lifecycle.SUNSET),
            )
        if old.get(lifecycle.STABILITY) == new.get(lifecycle.STABILITY):
            return
        before, after = lifecycle.stability(old.raw), lifecycle.stability(new.raw)
        if before is None or after is None:
            yield Fact("invalid-stability-level", lifecycle.STABILITY, new=new.get(lifecycle.STABILITY))
        elif lifecycle.rank(before) != lifecycle.rank(after) and lifecycle.promised(before):
            moved = "increased" if lifecycle.rank(after) > lifecycle.rank(before) else "decreased"
            yield Fact(f"stability-{moved}", lifecycle.STABILITY, old=before or "stable", new=after or "stable")

    def _hit(self, fact: Fact, new: Schema, path: str, *, hidden: bool) -> Iterator[Hit]:
        rule = rule_for(self.site.scope(path), fact.word, hidden=hidden or self._unseen(new))
        if rule is None:
            return
        at = fact.at or Node(new.node.file, (*new.node.pointer, fact.key), None)
        yield self.hit(rule, at, path, old=fact.old, new=fact.new)

    def hit(self, rule: str, at: Node, path: str, **args: object) -> Hit:
        """A hit of this walk at a property path."""
        what = f"the property '{path}' of {self.site.what}" if path else self.site.what
        location = f"{self.site.location}, property {path}" if path else self.site.location
        return Hit(rule, location, at, {"what": what, **args})

    def _below(
        self, old: Schema, new: Schema, path: str, matched: dict[str, Matched], *, hidden: bool
    ) -> Iterator[Hit]:
        for key, found in matched.items():
            for before, after in found.pairs:
                step = join(path, f"{key}[{member_name(after)}]")
                yield from self._nodes(before, after, step, hidden=hidden, member=key == "allOf")
        for key in _BELOW:
            left, right = self.old.child(old, key), self.new.child(new, key)
            if left is not None and right is not None:
                yield from self._nodes(left, right, join(path, key), hidden=hidden)
        for key in _NAMED_BELOW:
            before_all, after_all = self.old.named(old, key), self.new.named(new, key)
            for name, node in after_all.items():
                if name in before_all:
                    yield from self._nodes(before_all[name], node, join(path, f"{key}[{name}]"), hidden=hidden)

    def nodes(self, old: Node, new: Node, path: str, *, hidden: bool) -> Iterator[Hit]:
        """Go on below, for a property."""
        return self._nodes(old, new, path, hidden=hidden)


def join(path: str, step: str) -> str:
    return f"{path}/{step}" if path else step
