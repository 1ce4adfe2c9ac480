"""The keywords whose values are compared as they stand: types, enumerations, bounds, patterns."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

from driftguard.cross_repo.schemas.effects import Delta, Effect
from driftguard.cross_repo.schemas.views import View

MOST_SHOWN = 8
"""Enumerated values in one message."""

_RULES = {
    "minLength": "min-length",
    "maxLength": "max-length",
    "minItems": "min-items",
    "maxItems": "max-items",
    "minProperties": "min-properties",
    "maxProperties": "max-properties",
    "minContains": "min-contains",
    "maxContains": "max-contains",
    "contentEncoding": "content-encoding",
    "contentMediaType": "content-media-type",
}
_PROMOTIONS = {("int32", "int64"), ("float", "double"), ("uint32", "uint64"), ("int32", "double")}


def types(old: View, new: View) -> Iterator[Delta]:
    """An integer is a number; no ``type`` is any type."""
    before, after = _numeric(old.types), _numeric(new.types)
    if before == after:
        return
    if after is None or (before is not None and before < after):
        effect = Effect.WIDENED
    else:
        effect = Effect.NARROWED if before is None or after < before else Effect.REPLACED
    said = f"the type changed from {_types(old.types)} to {_types(new.types)}"
    yield Delta(f"type-{effect}", effect, new.place("type"), said, "type")


def disjoint(old: View, new: View) -> bool:
    """Whether no value could be of both versions' types: then nothing else about them is worth saying."""
    before, after = _numeric(old.types), _numeric(new.types)
    return bool(before and after and not before & after)


def _numeric(said: frozenset[str] | None) -> frozenset[str] | None:
    """``number`` as what it means: every integer and the rest."""
    return said | {"integer"} if said and "number" in said else said


def _types(said: frozenset[str] | None) -> str:
    return "any" if said is None else " or ".join(sorted(said)) or "none"


def enumerated(old: View, new: View) -> Iterator[Delta]:
    before, after = old.enumerated, new.enumerated
    keyword = "const" if new.has("const") or (not new.has("enum") and old.has("const")) else "enum"
    place = new.place(keyword)
    if before is None and after is not None:
        if not _exhausts(old, after):
            yield Delta("enum-added", Effect.NARROWED, place, f"only {_listed(after)} are accepted now", keyword)
    elif before is not None and after is None:
        if not _exhausts(new, before):
            yield Delta("enum-removed", Effect.WIDENED, place, "is no longer limited to a list of values", keyword)
    elif before is not None and after is not None:
        gone = {text: before[text] for text in before if text not in after}
        come = {text: after[text] for text in after if text not in before}
        if gone:
            yield Delta("enum-value-removed", Effect.NARROWED, place, f"no longer accepted: {_listed(gone)}", keyword)
        if come:
            yield Delta("enum-value-added", Effect.WIDENED, place, f"accepted now: {_listed(come)}", keyword)


def _exhausts(view: View, values: dict[str, Any]) -> bool:
    """Whether ``values`` are all that the type has anyway."""
    every = {"boolean": {"true", "false"}, "null": {"null"}}
    said = view.types
    return said is not None and said <= every.keys() and {v for name in said for v in every[name]} <= values.keys()


def _listed(values: dict[str, Any]) -> str:
    shown = ", ".join(list(values)[:MOST_SHOWN])
    return shown if len(values) <= MOST_SHOWN else f"{shown} and {len(values) - MOST_SHOWN} more"


def magnitudes(old: View, new: View) -> Iterator[Delta]:
    """``minimum`` with ``exclusiveMinimum`` in both of its forms, and the same above."""
    for keyword, side, far in (("minimum", max, -math.inf), ("maximum", min, math.inf)):
        yield from _moved(keyword, _bound(old, keyword, side, far), _bound(new, keyword, side, far), new)


def lengths(old: View, new: View) -> Iterator[Delta]:
    yield from _counts("Length", old, new)


def item_counts(old: View, new: View) -> Iterator[Delta]:
    yield from _counts("Items", old, new)
    yield from _counts("Contains", old, new)


def property_counts(old: View, new: View) -> Iterator[Delta]:
    yield from _counts("Properties", old, new)


def _counts(what: str, old: View, new: View) -> Iterator[Delta]:
    for keyword, side, far in ((f"min{what}", max, _least(what)), (f"max{what}", min, math.inf)):
        before, after = old.number(keyword, side), new.number(keyword, side)
        yield from _moved(keyword, (far if before is None else before, 0), (far if after is None else after, 0), new)


def _least(what: str) -> int:
    return 1 if what == "Contains" else 0


def _bound(view: View, keyword: str, side: Callable[[list[Any]], Any], far: float) -> tuple[float, int]:
    """The bound, and 1 (or -1 above) if it is excluded itself, so that pairs sort by strictness."""
    exclusive = f"exclusive{keyword.capitalize()}"
    out = 1 if keyword == "minimum" else -1
    strict = view.holds(exclusive)
    found = [(value, out if strict else 0) for value in view.values(keyword)]
    found += [(value, out) for value in view.values(exclusive) if not isinstance(value, bool)]
    if view.types == frozenset({"integer"}):
        found = [(_whole(value, excluded, out), 0) for value, excluded in found]
    return side(found) if found else (far, 0)


def _whole(value: float, excluded: int, out: int) -> int:
    """The integer that a bound comes to: more than 0 is at least 1."""
    nearest = math.ceil(value) if out > 0 else math.floor(value)
    return nearest + out if excluded and nearest == value else nearest


def _moved(keyword: str, before: tuple[float, int], after: tuple[float, int], new: View) -> Iterator[Delta]:
    if before == after:
        return
    raised = after > before
    effect = Effect.NARROWED if raised == keyword.startswith("min") else Effect.WIDENED
    place = keyword
    if keyword in ("minimum", "maximum") and not new.has(keyword):
        place = f"exclusive{keyword.capitalize()}"
    said = f"{keyword} {'rose' if raised else 'fell'} from {_number(before)} to {_number(after)}"
    rule = f"{_RULES.get(keyword, keyword)}-{'increased' if raised else 'decreased'}"
    yield Delta(rule, effect, new.place(place), said, place)


def _number(bound: tuple[float, int]) -> str:
    value, excluded = bound
    return ("none" if value in (math.inf, -math.inf) else str(value)) + (" (exclusive)" if excluded else "")


def multiple(old: View, new: View) -> Iterator[Delta]:
    before, after = old.texts("multipleOf"), new.texts("multipleOf")
    if before == after:
        return
    if not after or (before and all(_divides(step, before) for step in after)):
        effect = Effect.WIDENED
    elif not before or all(_divides(step, after) for step in before):
        effect = Effect.NARROWED
    else:
        effect = Effect.REPLACED
    said = f"multipleOf changed from {_steps(before)} to {_steps(after)}"
    yield Delta("multiple-of-changed", effect, new.place("multipleOf"), said, "multipleOf")


def _divides(step: Any, others: frozenset[Any]) -> bool:
    """Whether a multiple of any of ``others`` is one of ``step`` too."""
    try:
        return bool(step) and any(math.isclose(other / step, round(other / step)) for other in others)
    except OverflowError:
        return False


def _steps(values: frozenset[Any]) -> str:
    return ", ".join(map(str, sorted(values))) or "none"


def texts(old: View, new: View) -> Iterator[Delta]:
    """Patterns and encodings. Whether one pattern takes what another took, nobody can say in general."""
    yield from _texts(("pattern", "contentEncoding", "contentMediaType"), old, new)


def formats(old: View, new: View) -> Iterator[Delta]:
    yield from _texts(("format",), old, new)


def _texts(keywords: tuple[str, ...], old: View, new: View) -> Iterator[Delta]:
    for keyword in keywords:
        before, after = old.texts(keyword), new.texts(keyword)
        if before != after:
            effect = _text_effect(keyword, before, after)
            how = "added" if not before else "removed" if not after else "changed"
            said = f"{keyword} changed from {_quoted(before)} to {_quoted(after)}"
            yield Delta(f"{_RULES.get(keyword, keyword)}-{how}", effect, new.place(keyword), said, keyword)


def _text_effect(keyword: str, before: frozenset[str], after: frozenset[str]) -> Effect:
    if before < after:
        return Effect.NARROWED
    if after < before:
        return Effect.WIDENED
    pairs = {(one, other) for one in before for other in after}
    if keyword == "format" and pairs <= _PROMOTIONS:
        return Effect.WIDENED
    if keyword == "format" and {(other, one) for one, other in pairs} <= _PROMOTIONS:
        return Effect.NARROWED
    return Effect.UNSURE if keyword == "pattern" else Effect.REPLACED


def _quoted(said: frozenset[str]) -> str:
    return ", ".join(f"'{text}'" for text in sorted(said)) or "none"


def unique(old: View, new: View) -> Iterator[Delta]:
    before, after = old.holds("uniqueItems"), new.holds("uniqueItems")
    if before != after:
        effect = Effect.NARROWED if after else Effect.WIDENED
        said = "items must be unique now" if after else "items may repeat now"
        yield Delta("unique-items-changed", effect, new.place("uniqueItems"), said, "uniqueItems")


def remarks(old: View, new: View) -> Iterator[Delta]:
    """What doesn't change what is accepted, and yet may matter to who reads or writes it."""
    before, after = old.first("default"), new.first("default")
    if (old.has("default"), before) != (new.has("default"), after):
        said = f"the default changed from {_default(old)} to {_default(new)}"
        effect = Effect.UNSURE if old.has("default") else Effect.NOTE
        yield Delta("default-changed", effect, new.place("default"), said, "default")
    for keyword, rule in (("readOnly", "read-only"), ("writeOnly", "write-only")):
        was, now = old.holds(keyword), new.holds(keyword)
        if was != now:
            said = f"{keyword} is {'set' if now else 'no longer set'}"
            yield Delta(f"{rule}-changed", Effect.UNSURE, new.place(keyword), said, keyword)
    was, now = old.holds("deprecated"), new.holds("deprecated")
    if was != now:
        said = "is deprecated now" if now else "is no longer deprecated"
        yield Delta("deprecated-changed", Effect.NOTE, new.place("deprecated"), said, "deprecated")


def _default(view: View) -> str:
    if not view.has("default"):
        return "none"
    said = repr(view.first("default"))
    return said if len(said) <= 80 else f"{said[:77]}..."  # noqa: PLR2004 - one line of a terminal
