"""Protobuf, by ``buf breaking``: the wire, JSON and packages break; a move between files is dangerous."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Differ, Level, Setup, Unreadable, Version
from driftguard.cross_repo.protobuf import rules
from driftguard.cross_repo.protobuf.layout import Layout, laid_out
from driftguard.errors import MissingExtra
from driftguard.ports import BufSays, Tools

COMPILE = "COMPILE"
OLD = "../old/"
_NAMED = re.compile(r'(message|enum|service|RPC|oneof|extension|package|file) "([^"]+)"')
_FIELD = re.compile(r'(field|value) "([^"]+)"(?: with name "([^"]+)")?', re.IGNORECASE)


@dataclass(frozen=True)
class ProtobufDiffer:
    """``Differ``. Unconfigured it knows its files but has nothing to compare them with."""

    tools: Tools | None = None
    kind: ClassVar[str] = "protobuf"

    def configured(self, setup: Setup) -> Differ:
        return replace(self, tools=setup.tools)

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.endswith(".proto")

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        if not old.paths or not new.paths:
            return tuple(sides.come_and_gone(old, new))
        if self.tools is None:
            raise MissingExtra("contracts", "comparing Protobuf")
        before, after = laid_out(old, new)
        said = self.tools.buf_breaking(before.files, after.files)
        _refuse(said, before, after)
        added = (change for change in sides.come_and_gone(old, new) if change.level is Level.INFO)
        return (*_changes(said, before, after), *added)


def _refuse(said: Sequence[BufSays], before: Layout, after: Layout) -> None:
    for one in said:
        if one.rule == COMPILE:
            old = one.path.startswith(OLD)
            origins = before.origins if old else after.origins
            placed = one.path.removeprefix(OLD)
            raise Unreadable(origins.get(placed, placed), one.line, one.column, f"not Protobuf: {one.message}")


def _changes(said: Sequence[BufSays], before: Layout, after: Layout) -> Iterator[Change]:
    for one, broken in rules.families(said):
        path = after.origins.get(one.path) or before.origins.get(one.path, one.path)
        gone = one.path not in after.files
        message = f"{one.message.rstrip('.')}{rules.consequence(broken)}"
        yield Change(rules.base(one.rule), rules.level(broken), _location(one), message, path, 0 if gone else one.line)


def _location(said: BufSays) -> str:
    """``message User, field 2 age``, from buf's sentence."""
    inside = [f"{kind} {name}" for kind, name in sorted(_NAMED.findall(said.message), key=_depth)]
    field = _FIELD.search(said.message)
    inside += [" ".join(filter(None, (field[1].lower(), field[2], field[3])))] if field else []
    return ", ".join(dict.fromkeys(inside)) or said.path


def _depth(named: tuple[str, str]) -> int:
    return 1 if named[0] in ("RPC", "oneof") else 0


DIFFER = ProtobufDiffer()
