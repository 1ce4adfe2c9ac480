"""GraphQL schemas in SDL, over several files, by graphql-core: its breaking, dangerous and safe changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Change, Level, Version
from driftguard.cross_repo.graphql.sdl import Sdl, read
from driftguard.cross_repo.graphql.unsaid import unsaid

SUFFIXES = (".graphql", ".graphqls", ".gql")
_COORDINATE = re.compile(r"@\w+(?:\(\w+:\))?|\b[A-Za-z_]\w*\.\w+(?:\(\w+:\))?")
_NO_CHANGE = re.compile(r"Description of|Standard scalar|(Int|Float|String|Boolean|ID) was added")
"""Words, and scalars that every server has whether a schema uses them or not."""

_WORD = re.compile(r"\b[A-Za-z_]\w*\b")


class GraphqlDiffer:
    """``Differ`` over SDL."""

    kind: ClassVar[str] = "graphql"

    def claims(self, path: str, head: bytes) -> bool:  # noqa: ARG002 - the name says it
        return path.lower().endswith(SUFFIXES)

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        if not old.paths or not new.paths:
            return tuple(sides.come_and_gone(old, new))
        return sides.within_reach(new.paths[0], lambda: tuple(dict.fromkeys(_changes(read(old), read(new)))))


def _changes(old: Sdl, new: Sdl) -> Iterator[Change]:
    from graphql.utilities.find_schema_changes import (  # noqa: PLC0415 - an extra, and slow to import
        BreakingChange,
        DangerousChange,
        find_schema_changes,
    )

    more = list(unsaid(old.schema, new.schema))
    worse = tuple(f"{one.coordinate} defaultValue" for one in more if one.rule.endswith("became-required"))
    for found in find_schema_changes(old.schema, new.schema):
        if not _NO_CHANGE.match(found.description) and not found.description.startswith(worse):
            breaking, dangerous = isinstance(found, BreakingChange), isinstance(found, DangerousChange)
            level = Level.BREAKING if breaking else Level.DANGEROUS if dangerous else Level.INFO
            rule = found.type.name.lower().replace("_", "-")
            yield _change(rule, level, found.description.rstrip("."), old, new)
    yield from (_change(one.rule, one.level, one.message, old, new) for one in more)
    yield from _roots(old, new)
    for coordinate in sorted(new.deprecated - old.deprecated):
        yield _change("deprecated", Level.INFO, f"{coordinate} is deprecated now", old, new)
    for coordinate in sorted((old.deprecated - new.deprecated) & new.places.keys()):
        yield _change("no-longer-deprecated", Level.INFO, f"{coordinate} is no longer deprecated", old, new)


def _roots(old: Sdl, new: Sdl) -> Iterator[Change]:
    """graphql-core compares types by name, not which of them a query, a mutation or a subscription starts from."""
    for what in ("query", "mutation", "subscription"):
        was, now = (getattr(sdl.schema, f"{what}_type") for sdl in (old, new))
        if was is not None and now is None and was.name in new.places:
            yield _change("root-removed", Level.BREAKING, f"{was.name} no longer answers a {what}", old, new)
        elif was is not None and now is not None and was.name != now.name:
            said = f"{now.name} answers a {what} now, {was.name} did before"
            yield _change("root-changed", Level.BREAKING, said, old, new)


def _change(rule: str, level: Level, message: str, old: Sdl, new: Sdl) -> Change:
    """At the most exact coordinate that the message names and the new version still has, or one around it."""
    exact = _COORDINATE.search(message)
    words = (word for word in _WORD.findall(message) if word in old.places or word in new.places)
    location = exact[0] if exact else next(words, "")
    around = list(_outwards(location))
    place = next((sdl.places[name] for sdl in (new, old) for name in around if name in sdl.places), None)
    return Change(rule, level, location, message, place.path if place else "", place.line if place else 0)


def _outwards(coordinate: str) -> Iterator[str]:
    """``User.name(first:)``, ``User.name``, ``User``."""
    while coordinate:
        yield coordinate
        coordinate = coordinate[: max(coordinate.rfind("("), coordinate.rfind("."), 0)]


DIFFER = GraphqlDiffer()
