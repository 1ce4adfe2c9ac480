"""What graphql-core's comparison passes over: what became required or exclusive without another type, and scalars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftguard.model import Level

if TYPE_CHECKING:
    from graphql import GraphQLSchema


@dataclass(frozen=True, slots=True)
class Unsaid:
    rule: str
    level: Level
    coordinate: str
    message: str


def unsaid(old: GraphQLSchema, new: GraphQLSchema) -> Iterator[Unsaid]:
    """In the order of the old schema."""
    for before in old.directives:
        after = new.get_directive(before.name)
        if after is not None:
            yield from _arguments(f"@{before.name}", before.args, after.args)
    for name, was in old.type_map.items():
        now = new.type_map.get(name)
        if type(was) is not type(now):
            continue
        yield from _fields(name, getattr(was, "fields", {}), getattr(now, "fields", {}))
        yield from _input(name, was, now)
        if (said := getattr(now, "specified_by_url", None)) != (url := getattr(was, "specified_by_url", None)):
            message = f"{name} is specified by {said or 'nothing'} now, by {url or 'nothing'} before"
            yield Unsaid("specified-by-changed", Level.DANGEROUS, name, message)


def _fields(name: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Unsaid]:
    for field, was in old.items():
        if field in new and hasattr(was, "args"):
            yield from _arguments(f"{name}.{field}", was.args, new[field].args)


def _arguments(at: str, old: dict[str, Any], new: dict[str, Any]) -> Iterator[Unsaid]:
    from graphql import is_required_argument  # noqa: PLC0415 - an extra, and slow to import

    for name, was in old.items():
        now = new.get(name)
        if now is not None and is_required_argument(now) and not is_required_argument(was) and _alike(was, now):
            where = f"{at}({name}:)"
            yield Unsaid("arg-became-required", Level.BREAKING, where, f"{where} lost its default and is required now")


def _input(name: str, old: Any, new: Any) -> Iterator[Unsaid]:
    from graphql import GraphQLInputObjectType, is_required_input_field  # noqa: PLC0415 - see above

    if not isinstance(old, GraphQLInputObjectType):
        return
    for field, was in old.fields.items():
        now = new.fields.get(field)
        if now is not None and is_required_input_field(now) and not is_required_input_field(was) and _alike(was, now):
            where = f"{name}.{field}"
            said = f"{where} lost its default and is required now"
            yield Unsaid("input-field-became-required", Level.BREAKING, where, said)
    if new.is_one_of and not old.is_one_of:
        yield Unsaid("one-of-added", Level.BREAKING, name, f"{name} takes exactly one of its fields now")
    if old.is_one_of and not new.is_one_of:
        yield Unsaid("one-of-removed", Level.INFO, name, f"{name} takes any of its fields now")


def _alike(old: Any, new: Any) -> bool:
    """Another type is told by graphql-core."""
    return str(old.type) == str(new.type)
