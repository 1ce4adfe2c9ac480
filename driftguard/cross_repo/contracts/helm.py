"""Helm charts: which values a release may set (``values.schema.json``), their defaults, and the chart itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Level, Version
from driftguard.cross_repo.contracts.json_schema import schema_changes
from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.compare import Comparison
from driftguard.cross_repo.schemas.sound import examine
from driftguard.policy import ContractRole

CHART, VALUES, SCHEMA = "Chart.yaml", "values.yaml", "values.schema.json"


class HelmDiffer:
    """``Differ`` over the three files of a chart that its users see; templates are its own business."""

    kind: ClassVar[str] = "helm"

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.rpartition("/")[2] in (CHART, VALUES, SCHEMA)

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        where = next(iter(new.paths), "")
        return sides.within_reach(where, lambda: tuple(dict.fromkeys(_changes(_seen(old), _seen(new)))))


def _seen(version: Version) -> Version:
    """The version without templates, notes and whatever else a glob over a chart takes in."""
    shown = (CHART, VALUES, SCHEMA)
    kept = tuple(path for path in version.paths if path.rpartition("/")[2] in shown)
    return Version(kept if len(version.paths) > 1 else version.paths, version.read)


def _changes(old: Version, new: Version) -> Iterator[Change]:
    yield from _come_and_gone(old, new)
    before, after = Library(old), Library(new)
    for path in new.paths:
        _require_mapping(after.root(path))
    for was, now in sides.kept(old, new):
        one, other = before.root(was), after.root(now)
        if now.endswith(".json"):
            examine(other, after)
            yield from schema_changes(Comparison(before, after), one, other, ContractRole.CONSUMER)
        elif now.rpartition("/")[2] == CHART:
            yield from _chart(one, other)
        else:
            yield from _values(one, other, "")


def _require_mapping(root: Node) -> None:
    """Helm refuses a chart whose files are anything else; an empty one is no values. A schema is examined as one."""
    if not isinstance(root.value, dict) and root.value is not None and not root.document.path.endswith(".json"):
        raise root.document.flaw((), "not a chart: a mapping is expected at the top")


def _come_and_gone(old: Version, new: Version) -> Iterator[Change]:
    """A schema that comes may refuse what was accepted; one that goes refuses nothing any more."""
    for change in sides.come_and_gone(old, new):
        if change.path.endswith(SCHEMA) and change.level is Level.INFO and old.paths:
            yield Change("schema-added", Level.DANGEROUS, change.location, "values are validated now", change.path)
        elif change.path.endswith(SCHEMA) and new.paths:
            yield Change("schema-removed", Level.INFO, change.location, "values are no longer validated", change.path)
        else:
            yield change


def _chart(old: Node, new: Node) -> Iterator[Change]:
    for key, level in (("name", Level.BREAKING), ("type", Level.BREAKING), ("apiVersion", Level.BREAKING)):
        was, now = _of(old, key), _of(new, key)
        if was != now:
            yield _at(new.child(key), f"chart-{key.lower()}-changed", level, key, f"{key}: {_was_now(was, now)}")
    was, now = _of(old, "kubeVersion"), _of(new, "kubeVersion")
    if was != now:
        level = Level.INFO if now is None else Level.DANGEROUS
        yield _at(new.child("kubeVersion"), "kube-version-changed", level, "kubeVersion", _was_now(was, now))
    before, after = _dependencies(old), _dependencies(new)
    for name in before:
        if name not in after:
            said = f"the dependency {name} was removed; values below '{name}' do nothing any more"
            yield _at(new.child("dependencies"), "dependency-removed", Level.DANGEROUS, name, said)
        elif before[name].value.get("version") != after[name].value.get("version"):
            said = f"the dependency {name}: {_was_now(*(_of(d[name], 'version') for d in (before, after)))}"
            yield _at(after[name], "dependency-version-changed", Level.INFO, name, said)
    for name in after:
        if name not in before:
            yield _at(after[name], "dependency-added", Level.INFO, name, f"the dependency {name} was added")
    if _of(new, "deprecated") is True and _of(old, "deprecated") is not True:
        yield _at(new.child("deprecated"), "chart-deprecated", Level.INFO, "deprecated", "the chart is deprecated now")


def _of(node: Node, key: str) -> Any:
    """Helm's own default where Chart.yaml says nothing."""
    value = node.value.get(key) if isinstance(node.value, dict) else None
    return "application" if key == "type" and value is None else value


def _dependencies(chart: Node) -> dict[str, Node]:
    """Alias or name -> dependency."""
    return {
        str(node.value.get("alias") or node.value.get("name")): node
        for node in chart.child("dependencies").items()
        if isinstance(node.value, dict)
    }


def _values(old: Node, new: Node, where: str) -> Iterator[Change]:
    """Key by key; an empty mapping is room for whatever a user puts there."""
    if not isinstance(old.value, dict) or not isinstance(new.value, dict):
        yield from _value(old, new, where)
        return
    for name, before in old.members():
        below = f"{where}.{name}" if where else name
        if name in new.value:
            yield from _values(before, new.child(name), below)
        else:
            said = f"{below} was removed; setting it does nothing any more"
            yield Change("value-removed", Level.BREAKING, below, said, new.document.path, new.line)
    for name, after in new.members():
        if name not in old.value:
            below = f"{where}.{name}" if where else name
            yield _at(after, "value-added", Level.INFO, below, f"{below} was added: {_short(after.value)}")


def _value(old: Node, new: Node, where: str) -> Iterator[Change]:
    one, other = _type(old.value), _type(new.value)
    said = f"{where or 'the document'}: {_was_now(old.value, new.value)}"
    if one == other or "null" in (one, other):
        if old.value != new.value or _type(old.value) != _type(new.value):
            yield _at(new, "value-default-changed", Level.DANGEROUS, where, said)
    else:
        yield _at(new, "value-type-changed", Level.BREAKING, where, f"{said} ({one} became {other})")


def _type(value: Any) -> str:
    names = {bool: "boolean", int: "number", float: "number", str: "string", list: "list", dict: "mapping"}
    return names.get(type(value), "null")


def _was_now(was: Any, now: Any) -> str:
    return f"{_short(was)} before, {_short(now)} now"


def _short(value: Any) -> str:
    said = "nothing" if value is None else repr(value)
    return said if len(said) <= 60 else f"{said[:57]}..."  # noqa: PLR2004 - part of one line of a terminal


def _at(node: Node, rule: str, level: Level, where: str, message: str) -> Change:
    return Change(rule, level, where, message, node.document.path, node.line)


DIFFER = HelmDiffer()
