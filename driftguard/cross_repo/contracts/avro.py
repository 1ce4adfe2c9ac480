"""Avro, by schema resolution in both directions: new readers of old data, and old readers of new data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.avro.resolution import Problem, Resolution
from driftguard.cross_repo.avro.schema import Names, Schema
from driftguard.cross_repo.avro.sound import examine
from driftguard.cross_repo.contracts.changes import Change, Differ, Level, Setup, Version
from driftguard.cross_repo.documents.library import Library, Node
from driftguard.policy import ContractRole

ROLE = "x-driftguard-role"
BACKWARD, FORWARD = "backward", "forward"
_HURTS = {BACKWARD: ContractRole.CONSUMER, FORWARD: ContractRole.PRODUCER}
_SAYS = {
    BACKWARD: "a reader of the new version can't read data of the old one",
    FORWARD: "a reader of the old version can't read data of the new one",
}
_MEANS = "the bytes are still read, and mean something else"


@dataclass(frozen=True)
class AvroDiffer:
    """``Differ`` over ``.avsc`` files, which may use each other's names."""

    role: ContractRole | None = None
    kind: ClassVar[str] = "avro"

    def configured(self, setup: Setup) -> Differ:
        return replace(self, role=setup.role)

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.endswith(".avsc")

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        where = next(iter(new.paths), "")
        return sides.within_reach(where, lambda: tuple(dict.fromkeys(self._changes(old, new))))

    def _changes(self, old: Version, new: Version) -> Iterator[Change]:
        yield from sides.come_and_gone(old, new)
        before, after = _named(old), _named(new)
        for schema in after.values():
            examine(schema)
        for was, now in sides.kept(old, new):
            yield from schema_changes(before[was], after[now], self.role)


def _named(version: Version) -> dict[str, Schema]:
    library, names = Library(version), Names()
    roots = {path: library.root(path) for path in version.paths}
    for root in roots.values():
        names.declare(root)
    return {path: Schema(root, "", names) for path, root in roots.items()}


def inline(root: Node) -> Schema:
    """A schema that stands on its own, in a message of AsyncAPI say."""
    names = Names()
    names.declare(root)
    return Schema(root, "", names)


def schema_changes(old: Schema, new: Schema, asked: ContractRole | None) -> Iterator[Change]:
    """Both directions, then what neither reader minds."""
    role = asked or _role(old.node) or _role(new.node) or ContractRole.BOTH
    for direction, reader, writer in ((BACKWARD, new, old), (FORWARD, old, new)):
        for problem in Resolution().problems(reader, writer, new.resolved.name):
            yield _change(problem, direction, role)
    yield from _harmless(old, new)


def _change(problem: Problem, direction: str, role: ContractRole) -> Change:
    node = problem.nodes[0 if direction == BACKWARD else 1]
    if problem.rule == "logical-type-mismatch":
        return _at(node, "logical-type-changed", Level.DANGEROUS, problem.where, f"{_MEANS}: {_logical(problem)}")
    level = Level.BREAKING if role in (_HURTS[direction], ContractRole.BOTH) else Level.INFO
    return _at(node, f"{direction}-{problem.rule}", level, problem.where, f"{_SAYS[direction]}: {problem.message}")


def _logical(problem: Problem) -> str:
    """The same words in both directions, so that one change is told once."""
    return " or ".join(sorted(problem.message.replace(" is written", "").replace(" is read", "").split(", ")))


def _role(root: Node) -> ContractRole | None:
    said = root.value.get(ROLE) if isinstance(root.value, dict) else None
    if said is None:
        return None
    if isinstance(said, str) and said in set(ContractRole):
        return ContractRole(said)
    raise root.document.flaw((ROLE,), f"{ROLE} is producer, consumer or both, not {said!r}")


def _harmless(old: Schema, new: Schema) -> Iterator[Change]:
    """Fields that came and went, and defaults: what resolution says nothing of."""
    before = {name: one for name, one in old.names.types.items() if one.kind == "record"}
    for name, record in new.names.types.items():
        if record.node.document is not new.node.document or name not in before or record.kind != "record":
            continue
        was, now = ({field.name: field for field in one.fields} for one in (before[name], record))
        for field in (one for one in was if one not in now):
            yield _at(record.node, "field-removed", Level.INFO, f"{name}.{field}", f"the field {field} was removed")
        for field, found in now.items():
            where = f"{name}.{field}"
            if field not in was:
                yield _at(found.node, "field-added", Level.INFO, where, f"the field {field} was added")
            elif (was[field].has_default, was[field].default) != (found.has_default, found.default):
                said = f"the default changed from {was[field].default!r} to {found.default!r}"
                yield _at(found.node, "default-changed", Level.INFO, where, said)


def _at(node: Node, rule: str, level: Level, where: str, message: str) -> Change:
    return Change(rule, level, where, message, node.document.path, node.line)


DIFFER = AvroDiffer()
