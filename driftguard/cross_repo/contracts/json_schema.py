"""JSON Schema, drafts 4 to 2020-12, by role: a producer may not say more than it said, a consumer may not take less."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Differ, Level, Setup, Version
from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.compare import Comparison
from driftguard.cross_repo.schemas.sound import examine
from driftguard.policy import ContractRole

ROLE = "x-driftguard-role"


_ANOTHER = re.compile(rb"""(?:^|[{,])\s*["']?(?:openapi|swagger|asyncapi)["']?\s*:\s*["']?\d""", re.MULTILINE)


@dataclass(frozen=True)
class JsonSchemaDiffer:
    """``Differ``. The policy's role counts, else the file's, as the old version has it, else both ends count."""

    role: ContractRole | None = None
    kind: ClassVar[str] = "json_schema"

    def configured(self, setup: Setup) -> Differ:
        return replace(self, role=setup.role)

    def claims(self, path: str, head: bytes) -> bool:
        name = path.rpartition("/")[2].lower()
        if name == "values.schema.json" or not name.endswith((".json", ".yaml", ".yml")):
            return False
        if _ANOTHER.search(head):
            return False  # an API's description may name a dialect of its schemas
        return ".schema." in name or b"json-schema.org/" in head

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        where = next(iter(new.paths), "")
        return sides.within_reach(where, lambda: tuple(self._changes(old, new)))

    def _changes(self, old: Version, new: Version) -> Iterator[Change]:
        yield from sides.come_and_gone(old, new)
        comparison = Comparison(Library(old), Library(new))
        for path in new.paths:
            examine(comparison.new.root(path), comparison.new)
        for before, after in sides.kept(old, new):
            yield from schema_changes(comparison, comparison.old.root(before), comparison.new.root(after), self.role)


def schema_changes(comparison: Comparison, old: Node, new: Node, asked: ContractRole | None) -> Iterator[Change]:
    """The changes between two root schemas, their dialect and role included."""
    was, now = _role(old), _role(new)
    role = asked or was or now or ContractRole.BOTH
    if was is not now and was is not None:
        yield _about(new, ROLE, "role-changed", f"{ROLE} changed from {was} to {now or 'none'}; {role} was asked for")
    if _dialect(old) != _dialect(new):
        said = f"the dialect changed from {_dialect(old) or 'none'} to {_dialect(new) or 'none'}"
        yield _about(new, "$schema", "dialect-changed", said)
    yield from _once(delta.change(role) for delta in comparison.deltas(old, new))


def _once(changes: Iterator[Change]) -> Iterator[Change]:
    yield from dict.fromkeys(changes)


def _role(root: Node) -> ContractRole | None:
    said = root.value.get(ROLE) if isinstance(root.value, dict) else None
    if said is None:
        return None
    if isinstance(said, str) and said in set(ContractRole):
        return ContractRole(said)
    raise root.document.flaw((ROLE,), f"{ROLE} is producer, consumer or both, not {said!r}")


def _dialect(root: Node) -> Any:
    said = root.value.get("$schema") if isinstance(root.value, dict) else None
    return said.rstrip("#") if isinstance(said, str) else said


def _about(root: Node, keyword: str, rule: str, message: str) -> Change:
    line, _ = root.document.places.place((keyword,))
    return Change(rule, Level.DANGEROUS, f"#/{keyword}", message, root.document.path, line)


DIFFER = JsonSchemaDiffer()
