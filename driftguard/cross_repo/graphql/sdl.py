"""SDL over several files as one schema that knows the line of each of its coordinates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Unreadable, Version
from driftguard.errors import MissingExtra

if TYPE_CHECKING:
    from graphql import DocumentNode, GraphQLError, GraphQLSchema

_UNCHECKED = frozenset({"KnownDirectivesRule", "PossibleTypeExtensionsRule"})
"""Directives of gateways, and extensions of types that another subgraph defines, are no flaw in a contract."""


@dataclass(frozen=True, slots=True)
class Place:
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class Sdl:
    """One version: its schema, where each coordinate (``User.name(first:)``) is defined, and which are deprecated."""

    schema: GraphQLSchema
    places: Mapping[str, Place]
    deprecated: frozenset[str]


def read(version: Version) -> Sdl:
    """Raises ``Unreadable`` for what is no SDL, contradicts itself, or names types that aren't there."""
    try:
        from graphql import GraphQLError, build_ast_schema  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise MissingExtra("contracts", "comparing GraphQL schemas") from error
    document = _document(version)
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except GraphQLError as error:
        raise _flaw(error, version) from None
    except (TypeError, ValueError) as error:
        raise Unreadable(version.paths[0], 1, 1, f"not a GraphQL schema: {error}") from None
    coordinates = list(_coordinates(document))
    places = {name: _place(node) for name, node in reversed(coordinates)}
    return Sdl(schema, places, frozenset(name for name, node in coordinates if _is_deprecated(node)))


def _document(version: Version) -> DocumentNode:
    from graphql import DocumentNode, GraphQLError, Source, parse  # noqa: PLC0415
    from graphql.validation.specified_rules import specified_sdl_rules  # noqa: PLC0415
    from graphql.validation.validate import validate_sdl  # noqa: PLC0415

    definitions: list[Any] = []
    for path in version.paths:
        text = sides.read_text(version, path)
        try:
            definitions += parse(Source(text, path)).definitions if text.strip() else ()
        except GraphQLError as error:
            raise _flaw(error, version) from None
    document = DocumentNode(definitions=tuple(_defined(definitions)))
    errors = validate_sdl(document, None, [rule for rule in specified_sdl_rules if rule.__name__ not in _UNCHECKED])
    if errors:
        raise _flaw(errors[0], version)
    return document


def _defined(definitions: Sequence[Any]) -> Iterator[Any]:
    """The definitions, where the first extension of a type from elsewhere defines what is here of it."""
    from graphql.language import ast  # noqa: PLC0415

    known = {node.name.value for node in definitions if isinstance(node, ast.TypeDefinitionNode)}
    for node in definitions:
        if isinstance(node, ast.TypeExtensionNode) and node.name.value not in known:
            known.add(node.name.value)
            kind = getattr(ast, type(node).__name__.replace("Extension", "Definition"))
            yield kind(**{key: getattr(node, key) for key in node.keys if hasattr(node, key)})
        else:
            yield node


def _flaw(error: GraphQLError, version: Version) -> Unreadable:
    """At the error's own place, wherever graphql-core keeps it."""
    node = next(iter(error.nodes or ()), None)
    source = error.source or (node.loc.source if node is not None and node.loc else None)
    line, column = (error.locations[0].line, error.locations[0].column) if error.locations else (1, 1)
    return Unreadable(
        source.name if source else version.paths[0], line, column, f"not a GraphQL schema: {error.message}"
    )


def _coordinates(document: DocumentNode) -> Iterator[tuple[str, Any]]:
    """Every coordinate, https://spec.graphql.org/September2025/#sec-Schema-Coordinates, and its node."""
    for node in document.definitions:
        name = getattr(getattr(node, "name", None), "value", "")
        if type(node).__name__ == "DirectiveDefinitionNode":
            yield f"@{name}", node
            yield from ((f"@{name}({inner.name.value}:)", inner) for inner in _of(node, "arguments"))
        elif name:
            yield name, node
            yield from _members(name, node)


def _members(name: str, node: Any) -> Iterator[tuple[str, Any]]:
    for member in (*_of(node, "fields"), *_of(node, "values")):
        inner = f"{name}.{member.name.value}"
        yield inner, member
        yield from ((f"{inner}({argument.name.value}:)", argument) for argument in _of(member, "arguments"))


def _of(node: Any, what: str) -> Iterable[Any]:
    return getattr(node, what, None) or ()


def _place(node: Any) -> Place:
    named = node.name.loc or node.loc
    return Place(named.source.name, named.start_token.line) if named else Place("", 0)


def _is_deprecated(node: Any) -> bool:
    return any(directive.name.value == "deprecated" for directive in _of(node, "directives"))
