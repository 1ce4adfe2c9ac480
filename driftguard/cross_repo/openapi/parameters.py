"""Parameters: matched by place and name; path parameters by their position in the path."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from driftguard.cross_repo.openapi import lifecycle
from driftguard.cross_repo.openapi.context import Context, Place, Side
from driftguard.cross_repo.openapi.model import Operation, Part
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.sites import Hit, Site, parameter

Parts = dict[tuple[str, str], Part]

_NAME = re.compile(r"\{([^{}]*)\}")
_LIFE = {"reactivated": "request-parameter-reactivated", "deprecated": "request-parameter-deprecated",
         "deprecated-with-sunset": "request-parameter-deprecated", "sunset-invalid": "request-parameter-sunset-parse",
         "deprecated-sunset-missing": "request-parameter-deprecated-sunset-missing",
         "sunset-date-too-small": "request-parameter-sunset-date-too-small",
         "sunset-deleted": "request-parameter-sunset-deleted",
         "sunset-date-changed-too-small": "request-parameter-sunset-date-changed-too-small"}  # fmt: skip
_PREFIXED = frozenset(("label", "matrix"))  # even a single value is written otherwise: .5 and ;id=5
_REMOVED = {"without-deprecation": "request-parameter-removed", "sunset-invalid": "request-parameter-sunset-parse",
            "with-deprecation": "request-parameter-removed-with-deprecation",
            "before-sunset": "request-parameter-removed-before-sunset"}  # fmt: skip


def names(path: str) -> list[str]:
    """The names of a path's parameters, in order."""
    return _NAME.findall(path)


def hits(context: Context, place: Place, old: Operation, new: Operation, renamed: Mapping[str, str]) -> Iterator[Hit]:
    """``renamed`` gives the new name of each of the path's parameters."""
    before = {_key(part, renamed): part for part in old.parameters}
    after = {_key(part, {}): part for part in new.parameters}
    _spread(context.new, after, before)
    _spread(context.old, before, after)
    for key, part in before.items():
        if key in after:
            yield from _changed(context, place, part, after[key])
        else:
            yield from _removed(context, place, part, new)
    for key, part in after.items():
        if key not in before:
            yield _added(place, part, old)


def _key(part: Part, renamed: Mapping[str, str]) -> tuple[str, str]:
    name = renamed.get(part.name, part.name) if part.where == "path" else part.name
    return part.where, name.lower() if part.where == "header" else name


def _spread(side: Side, parts: Parts, others: Parts) -> None:
    """An exploded object whose properties are plain parameters on the other side is the same on the wire: it is taken
    apart into those.
    """
    for key, part in list(parts.items()):
        if key in others or part.raw.get("explode") is not True or part.style != "form" or part.schema is None:
            continue
        inside = side.schemas.named(side.schemas.view(part.schema), "properties")
        plain = {(part.where, name): node for name, node in inside.items() if (part.where, name) in others}
        if plain:
            del parts[key]
        for name, node in plain.items():
            other = others[name]
            parts.setdefault(name, replace(part, name=name[1], schema=node, style=other.style, exploded=other.exploded))


def _site(place: Place, part: Part) -> Site:
    return parameter(
        place.location, part.where, part.name, place.stability, form=part.exploded and part.style in ("form", "multi")
    )


def _hit(place: Place, part: Part, rule: str, at: Node, **args: object) -> Hit:
    site = _site(place, part)
    return Hit(rule, site.location, at, {"what": site.what, **args})


def _removed(context: Context, place: Place, part: Part, new: Operation) -> Iterator[Hit]:
    word = lifecycle.removal(context.calendar, part.raw)
    if word is not None:
        at = Node(new.node.file, (*new.node.pointer, "parameters"), None)
        until = part.raw.get(lifecycle.SUNSET)
        yield _hit(place, part, _REMOVED[word], at, old=until, new=until)


def _added(place: Place, part: Part, old: Operation) -> Hit:
    if part.where == "path":
        return _hit(place, part, "new-request-path-parameter", part.node)
    need = "required" if part.required else "optional"
    if part.shared and not any(other.shared and other.name == part.name for other in old.parameters):
        return _hit(place, part, f"new-{need}-request-default-parameter-to-existing-path", part.node)
    return _hit(place, part, f"new-{need}-request-parameter", part.node)


def _changed(context: Context, place: Place, old: Part, new: Part) -> Iterator[Hit]:
    if old.required != new.required:
        yield _hit(place, new, f"request-parameter-became-{'required' if new.required else 'optional'}", new.node)
    if old.raw.get("allowEmptyValue") is True and new.raw.get("allowEmptyValue") is not True:
        yield _hit(place, new, "request-parameter-empty-value-refused", new.node)
    yield from _life(context, place, old, new)
    yield from _style(context, place, old, new)
    if old.schema is not None and new.schema is not None:
        both_optional = old.raw.get("required") is not True and new.raw.get("required") is not True
        for hit in context.walk(_site(place, new), old.schema, new.schema):
            if both_optional or not hit.rule.startswith("request-parameter-default-value-"):
                yield hit


def _life(context: Context, place: Place, old: Part, new: Part) -> Iterator[Hit]:
    word = lifecycle.deprecation(context.calendar, old.raw, new.raw, place.stability)
    if word is None:
        word = lifecycle.sunset_change(context.calendar, old.raw, new.raw, place.stability)
    if word is not None:
        dates = {"old": old.raw.get(lifecycle.SUNSET), "new": new.raw.get(lifecycle.SUNSET)}
        yield _hit(place, new, _LIFE[word], new.node, **dates)


def _style(context: Context, place: Place, old: Part, new: Part) -> Iterator[Hit]:
    """How lists and objects are written; a single value looks the same in most styles."""
    before, after = (old.style, old.exploded), (new.style, new.exploded)
    if before == after or old.schema is None or new.schema is None:
        return
    same_dialect = context.old.api.dialect == context.new.api.dialect or "2.0" not in (
        context.old.api.dialect,
        context.new.api.dialect,
    )
    types = context.old.schemas.view(old.schema).types
    prefixed = old.style != new.style and {old.style, new.style} & _PREFIXED
    if same_dialect and (set(types) & {"array", "object"} or prefixed):
        spelled = [f"{style}{', exploded' if exploded else ''}" for style, exploded in (before, after)]
        yield _hit(place, new, "request-parameter-style-changed", new.node, old=spelled[0], new=spelled[1])
