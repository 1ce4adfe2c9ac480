"""Python packages, by griffe, from their source: what was public and is gone, moved, or asks for more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Level, Unreadable, Version
from driftguard.cross_repo.python.packages import NAMELESS, SUFFIXES, Packages, read
from driftguard.cross_repo.python.unsaid import unsaid

if TYPE_CHECKING:
    from griffe import Alias, Breakage, Object

_DANGEROUS = frozenset(
    {"PARAMETER_CHANGED_DEFAULT", "RETURN_CHANGED_TYPE", "ATTRIBUTE_CHANGED_TYPE", "ATTRIBUTE_CHANGED_VALUE"}
)


class PythonDiffer:
    """``Differ`` over ``.py`` and ``.pyi`` files; private names (by ``__all__`` or underscore) don't count."""

    kind: ClassVar[str] = "python"

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.endswith(SUFFIXES)

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        if not old.paths or not new.paths:
            return tuple(sides.come_and_gone(old, new))
        return sides.within_reach(new.paths[0], lambda: _compared(old, new))


def _compared(old: Version, new: Version) -> tuple[Change, ...]:
    lone = ""
    if len(old.paths) == 1 and len(new.paths) == 1:
        lone = f"{NAMELESS}.{new.paths[0].rpartition('.')[2]}"
    with tempfile.TemporaryDirectory(prefix="driftguard-python-") as place:
        directories = Path(place, "old"), Path(place, "new")
        for directory in directories:
            directory.mkdir()
        before, after = read(old, directories[0], lone), read(new, directories[1], lone)
        return _told(_Comparison(before, after), new.paths[0])


def _told(comparison: _Comparison, path: str) -> tuple[Change, ...]:
    from griffe import GriffeError  # noqa: PLC0415 - an extra, and slow to import

    try:
        return tuple(dict.fromkeys(comparison.changes()))
    except GriffeError as error:
        raise Unreadable(path, 1, 1, f"can't be followed: {error}") from None


@dataclass(frozen=True)
class _Comparison:
    old: Packages
    new: Packages

    def changes(self) -> Iterator[Change]:
        from griffe import find_breaking_changes  # noqa: PLC0415 - an extra, and slow to import

        for name, before in self.old.roots.items():
            after = self.new.roots.get(name)
            if after is None:
                yield self._change("object-removed", Level.BREAKING, before, f"the package {name} was removed")
                continue
            for breakage in find_breaking_changes(before, after):
                yield self._breakage(breakage)
            yield from self._unsaid(before, after)
            yield from self._added(before, after)
        for name, after in self.new.roots.items():
            if name not in self.old.roots:
                yield self._change("object-added", Level.INFO, after, f"the package {name} was added")

    def _breakage(self, found: Breakage) -> Change:
        kind = found.kind.name
        level = Level.DANGEROUS if kind in _DANGEROUS else Level.BREAKING
        return self._change(kind.lower().replace("_", "-"), level, found.obj, _said(found))

    def _unsaid(self, old: Object | Alias, new: Object | Alias) -> Iterator[Change]:
        for before, after in ((old, new), *_both(old, new)):
            for one in unsaid(before, after):
                yield self._change(one.rule, one.level, one.about, f"{_name(one.about)}{one.message}")

    def _added(self, old: Object | Alias, new: Object | Alias) -> Iterator[Change]:
        for before, after in (*_both(old, new), (old, new)):
            for name, member in after.members.items():
                if name not in before.members and not member.is_alias and member.is_public:
                    yield self._change("object-added", Level.INFO, member, f"{_name(member)} was added")

    def _change(self, rule: str, level: Level, about: Object | Alias, message: str) -> Change:
        path, line = "", 0
        if not about.is_alias:
            file = about.filepath
            path = self._origin(file[0] if isinstance(file, list) else file)
            line = about.lineno or (about.parent.lineno if about.parent else 0) or 0  # a made __init__ has no line
        return Change(rule, level, _name(about), message, path, line)

    def _origin(self, file: Path) -> str:
        """A package's own place is its ``__init__.py``."""
        found = self.new.origins.get(file) or self.old.origins.get(file)
        return found or self.new.origins.get(file / "__init__.py") or self.old.origins.get(file / "__init__.py") or ""


def _both(old: Object | Alias, new: Object | Alias) -> Iterator[tuple[Object | Alias, Object | Alias]]:
    """The public members that both have, all the way down; what is only imported is looked at where it is defined."""
    for name, before in old.members.items():
        after = new.members.get(name)
        if after is not None and before.is_public and not before.is_alias and not after.is_alias:
            yield before, after
            yield from _both(before, after)


def _name(about: Object | Alias) -> str:
    return about.path.removeprefix(f"{NAMELESS}.")


def _said(found: Breakage) -> str:
    """Griffe's sentence about its object, with what was and what is."""
    what = found.kind.value[0].lower() + found.kind.value[1:]
    parameter = getattr(found.old_value, "name", None) or getattr(found.new_value, "name", None)
    if found.kind.name.startswith("PARAMETER_"):
        detail = _detail(found)
        return f"{_name(found.obj)}({parameter}): {what}{f' ({detail})' if detail else ''}"
    if found.kind.name == "OBJECT_REMOVED":
        return f"{_name(found.obj)} was removed"
    return f"{_name(found.obj)}: {what} ({_shown(found.old_value)} -> {_shown(found.new_value)})"


def _detail(found: Breakage) -> str:
    if found.details:
        return str(found.details)
    attribute = {"PARAMETER_CHANGED_DEFAULT": "default", "PARAMETER_CHANGED_KIND": "kind"}.get(found.kind.name)
    if attribute is None:
        return ""
    return " -> ".join(_shown(getattr(value, attribute, None)) for value in (found.old_value, found.new_value))


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_shown, value)) or "none"
    return str(getattr(value, "value", value))


DIFFER = PythonDiffer()
