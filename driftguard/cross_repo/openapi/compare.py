"""Two versions of a contract -> changes with rule, level, place, file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from driftguard.cross_repo.contracts.changes import Change, Level, Unreadable, Version
from driftguard.cross_repo.openapi import paths
from driftguard.cross_repo.openapi.context import Context, Side
from driftguard.cross_repo.openapi.lifecycle import Calendar
from driftguard.cross_repo.openapi.nodes import Documents, Node, is_remote
from driftguard.cross_repo.openapi.places import Pointer
from driftguard.cross_repo.openapi.read import Reader, Reader3, dialect, require_document
from driftguard.cross_repo.openapi.read2 import Reader2
from driftguard.cross_repo.openapi.rules import RULES
from driftguard.cross_repo.openapi.schemas import Schemas
from driftguard.cross_repo.openapi.sites import Hit
from driftguard.cross_repo.openapi.versions import References, Versions, ref_nodes, refs

_SEMVER = re.compile(r"v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:[-+][0-9A-Za-z.+-]+)?")
_SHOWN = 80


def compare(old: Version, new: Version, calendar: Calendar) -> tuple[Change, ...]:
    """What changed, in the order of the new documents. Raises ``Unreadable``."""
    try:
        return tuple(_compared(old, new, calendar))
    except RecursionError:
        path = next(iter((*new.paths, *old.paths)), "")
        raise Unreadable(path, 1, 1, "its schemas lie too deep inside each other to be compared") from None


def _compared(old: Version, new: Version, calendar: Calendar) -> list[Change]:
    before, after = Documents(old), Documents(new)
    pairs = _pairs(_roots(before, old), _roots(after, new))
    changes: list[Change] = []
    for left, right in pairs:
        if left is None and right is not None:
            changes.append(_change(Hit("contract-added", right, Node(right, (), None)), 1))
        elif right is None and left is not None:
            changes.append(_change(Hit("contract-removed", left, Node(left, (), None)), 0))
        elif left is not None and right is not None:
            changes += _document(before, after, left, right, calendar)
    return changes + _placed(after, _unique(hit for path in sorted(after.values) for hit in _remote(after, path)))


def _roots(documents: Documents, version: Version) -> list[str]:
    """The paths that are documents; the others are parts that those refer to. One that is alone must be one."""
    found = []
    for path in version.paths:
        value = _value(documents, path)
        if dialect(value) is not None or len(version.paths) == 1:
            require_document(path, value)
            found.append(path)
    if version.paths and not found:
        require_document(version.paths[0], None)
    return found


def _value(documents: Documents, path: str) -> Any:
    try:
        return documents.value(path)
    except KeyError:
        raise Unreadable(path, 1, 1, "the file isn't there") from None


def _pairs(old: list[str], new: list[str]) -> list[tuple[str | None, str | None]]:
    if len(old) == 1 == len(new):
        return [(old[0], new[0])]
    both: list[tuple[str | None, str | None]] = [(path if path in old else None, path) for path in new]
    return both + [(path, None) for path in old if path not in new]


def _document(before: Documents, after: Documents, old: str, new: str, calendar: Calendar) -> list[Change]:
    hits: list[Hit] = []
    if before.value(old) != after.value(new) or any(True for _ in refs(after.value(new))):
        versions = Versions(References(before, old), References(after, new))
        versions.prepare()
        context = Context(versions, _side(before, old), _side(after, new), calendar)
        if before.value(old) != after.value(new) or versions.affected:
            hits += _unique(paths.hits(context))
    hits += _version(before.value(old), after.value(new), hits, new)
    return _placed(after, hits)


def _side(documents: Documents, path: str) -> Side:
    value = documents.value(path)
    root, spoken = Node(path, (), value), require_document(path, value)
    reader: Reader = Reader2(documents, root) if spoken == "2.0" else Reader3(documents, root, spoken)
    return Side(reader, reader.api(), Schemas(documents, spoken))


def _remote(documents: Documents, path: str) -> Iterator[Hit]:
    """References to the network, wherever they stand in a file."""
    value = documents.value(path)
    if any(is_remote(ref) for ref in refs(value)):
        for node, ref in ref_nodes(Node(path, (), value)):
            if is_remote(ref):
                yield Hit("remote-ref-not-followed", ref, node, {"new": ref})


def _version(old: Any, new: Any, hits: Iterable[Hit], path: str) -> Iterator[Hit]:
    """Whether the document's version says that something breaks, if it counts by semver.org at all."""
    if not any(RULES[hit.rule].level is Level.BREAKING for hit in hits):
        return
    said = [
        str((value.get("info") or {}).get("version", "")) if isinstance(value.get("info"), dict) else ""
        for value in (old, new)
    ]
    before, after = (_SEMVER.fullmatch(word) for word in said)
    if before is None or after is None:
        return
    one, two = (tuple(map(int, match.groups())) for match in (before, after))
    rule = None
    if said[0] == said[1]:
        rule = "api-version-not-bumped"
    elif two <= one:
        rule = "api-version-decreased"
    elif one[1] >= two[1] if one[0] == 0 == two[0] else one[0] >= two[0]:
        rule = "api-major-version-not-bumped"
    if rule is not None:
        yield Hit(rule, "info", Node(path, ("info", "version"), None), {"old": said[0], "new": said[1]})


def _unique(hits: Iterable[Hit]) -> list[Hit]:
    """Each difference once."""
    known: dict[tuple[object, ...], Hit] = {}
    for hit in hits:
        known.setdefault((hit.rule, hit.location, _said(hit)), hit)
    return list(known.values())


def _placed(documents: Documents, hits: list[Hit]) -> list[Change]:
    wanted: dict[str, list[Pointer]] = {}
    for hit in hits:
        wanted.setdefault(hit.at.file, []).append(hit.at.pointer)
    lines = {file: documents.places(file, pointers) for file, pointers in wanted.items()}
    return [_change(hit, lines[hit.at.file].get(hit.at.pointer, (0, 0))[0]) for hit in hits]


def _change(hit: Hit, line: int) -> Change:
    return Change(hit.rule, RULES[hit.rule].level, hit.location, _said(hit), hit.at.file, line)


def _said(hit: Hit) -> str:
    args = {"what": "", "old": None, "new": None, "status": "", **hit.args}
    return RULES[hit.rule].message.format(
        **{key: value if key in ("what", "status") else _shown(value) for key, value in args.items()}
    )


def _shown(value: Any) -> str:
    """A value of the document, as short as a message needs it."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text.replace("\n", " ")
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
