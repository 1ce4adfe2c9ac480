"""Pydantic's errors in a manager's words, each at its place, with 'did you mean' where there is something close."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from driftguard.policy import Policy
from driftguard.policy_file.yaml_tree import Place, Tree

_BEGINNING = Place(1, 1)
REQUIRED = "is required"
_WORDS = {
    "missing": REQUIRED,
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "string_type": "must be text; put it in quotes",
    "tuple_type": "must be a list: [a, b]",
    "mapping_type": "must be a mapping of keys to values",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of keys to values",
    "model_attributes_type": "must be a mapping of keys to values",
}


def explain(error: ValidationError, tree: Tree) -> Iterator[tuple[Place, str, str]]:
    """Place, path and message of each of ``error``'s defects."""
    errors = error.errors(include_url=False)
    broken_inside = {details["loc"][:-1] for details in errors}
    for details in errors:
        if details["type"] == "too_short" and details["loc"] in broken_inside:
            continue  # a list that only looks empty since its items are wrong
        steps = _known_steps(details["loc"], tree)
        path = _path(steps)
        if details["type"] == "extra_forbidden":
            yield (
                tree.keys.get(path, _BEGINNING),
                path,
                f"unknown key{_did_you_mean(str(steps[-1]), _fields(steps[:-1]))}",
            )
        elif details["type"] == "missing":
            parent, missing = _path(steps), details["loc"][-1]
            yield (
                tree.values.get(parent, _BEGINNING),
                f"{parent}.{missing}" if parent else str(missing),
                _WORDS["missing"],
            )
        else:
            yield tree.values.get(path, _BEGINNING), path, _message(details)


def _known_steps(loc: Iterable[int | str], tree: Tree) -> tuple[int | str, ...]:
    """The part of Pydantic's ``loc`` that stands in the file; it also names union members and validators."""
    steps: tuple[int | str, ...] = ()
    for step in loc:
        if _path((*steps, step)) in tree.values:
            steps = (*steps, step)
    return steps


def _path(steps: Iterable[int | str]) -> str:
    text = ""
    for step in steps:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def _message(details: Any) -> str:
    kind, given, context = details["type"], details["input"], details.get("ctx", {})
    if kind in ("literal_error", "enum"):
        expected = str(context["expected"])
        known = re.findall(r"'([^']*)'", expected)
        must = "is not one of" if len(known) > 1 else "must be"
        return f"'{given}' {must} {expected}{_did_you_mean(str(given), known)}"
    if kind == "string_pattern_mismatch":
        return f"'{given}' doesn't have the form {context['pattern']}"
    if kind in ("too_short", "string_too_short"):
        return "can't be empty" if context.get("min_length", 1) == 1 else str(details["msg"])
    if kind in ("greater_than_equal", "less_than_equal"):
        limit = context.get("ge", context.get("le"))
        return f"{given} is out of range: {'at least' if 'ge' in context else 'at most'} {limit}"
    if kind == "value_error":
        return str(context.get("error", details["msg"]))
    return _WORDS.get(kind) or str(details["msg"])


def _did_you_mean(given: str, known: Iterable[str]) -> str:
    close = get_close_matches(given, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{close[0]}'?" if close else ""


def _fields(steps: Iterable[int | str]) -> list[str]:
    """The keys that a mapping at ``steps`` may have."""
    model: type[BaseModel] | None = Policy
    for step in steps:
        if isinstance(step, str) and model is not None:
            annotated = model.model_fields.get(step)
            model = next(_models(annotated.annotation), None) if annotated else None
    return list(model.model_fields) if model is not None else []


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)
