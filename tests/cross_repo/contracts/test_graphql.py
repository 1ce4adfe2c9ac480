# ruff: noqa: E501 - tables read best with a pair in a row
"""GraphQL SDL: graphql-core's changes with their level, and what it doesn't compare itself."""

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable

BASE = """\
type Query { user(id: ID!, first: Int = 10): User search(q: String): [Hit!] }
interface Node { id: ID! }
type User implements Node { id: ID! name: String! mail: String }
type Page { url: String }
union Hit = User | Page
enum Kind { A B }
input Filter { kind: Kind }
directive @auth(role: String) on FIELD_DEFINITION | OBJECT
scalar Date
"""

PAIRS: list[tuple[str, str, str, str]] = [
    ("type removed", "scalar Date", "", "breaking type-removed"),
    ("kind of type", "scalar Date", "type Date { a: Int }", "breaking type-changed-kind"),
    ("field removed", " mail: String", "", "breaking field-removed"),
    ("field may be null", "name: String!", "name: String", "breaking field-changed-kind"),
    ("field type", "mail: String", "mail: Int", "breaking field-changed-kind"),
    ("required argument", "q: String", "q: String, at: Int!", "breaking required-arg-added"),
    ("argument removed", ", first: Int = 10", "", "breaking arg-removed"),
    ("argument required", "q: String", "q: String!", "breaking arg-changed-kind"),
    ("enum value removed", "A B", "A", "breaking value-removed-from-enum"),
    ("union member removed", "User | Page", "User", "breaking type-removed-from-union"),
    ("interface removed", "User implements Node", "User", "breaking implemented-interface-removed"),
    ("required input", "kind: Kind", "kind: Kind more: Int!", "breaking required-input-field-added"),
    ("directive removed", "directive @auth(role: String) on FIELD_DEFINITION | OBJECT", "", "breaking directive-removed"),
    ("directive place", " | OBJECT", "", "breaking directive-location-removed"),
    ("default", "= 10", "= 20", "dangerous arg-default-value-change"),
    ("enum value added", "A B", "A B C", "dangerous value-added-to-enum"),
    ("union member added", "scalar Date", "scalar Date extend union Hit = More type More { a: Int }", "dangerous type-added-to-union, info type-added"),
    ("optional argument", "q: String", "q: String, at: Int", "dangerous optional-arg-added"),
    ("optional input", "kind: Kind", "kind: Kind more: Int", "dangerous optional-input-field-added"),
    ("field added", "mail: String", "mail: String age: Int", "info field-added"),
    ("type added", "scalar Date", "scalar Date scalar Time", "info type-added"),
    ("never null", "mail: String", "mail: String!", "info field-changed-kind-safe"),
    ("deprecated", "mail: String", "mail: String @deprecated", "info deprecated"),
    ("another specification", "scalar Date", 'scalar Date @specifiedBy(url: "https://example.com/day")', "dangerous specified-by-changed"),
    ("one of its fields", "input Filter {", "input Filter @oneOf {", "breaking one-of-added"),
    ("another root", "scalar Date", "scalar Date schema { query: Page }", "breaking root-changed"),
]  # fmt: skip


@pytest.mark.parametrize(("was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_each_kind_of_change(was: str, now: str, expected: str) -> None:
    assert was in BASE
    assert told("graphql", {"a.graphql": BASE}, {"a.graphql": BASE.replace(was, now)}) == words(expected)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("scalar Date", '"A day." scalar Date'),
        ("scalar Date", "# a comment\nscalar Date"),
        ("enum Kind { A B }", "enum Kind { B A }"),
        ("User | Page", "Page | User"),
        ("mail: String", 'mail: String @auth(role: "x")'),
    ],
)  # fmt: skip
def test_words_and_order_are_no_change(was: str, now: str) -> None:
    assert told("graphql", {"a.graphql": BASE}, {"a.graphql": BASE.replace(was, now)}) == set()


def test_what_loses_its_default_and_may_not_be_null_becomes_required() -> None:
    old = "type Query { a(first: Int! = 1): Int } input I { n: Int! = 1 } directive @d(n: Int! = 1) on OBJECT"
    found = diff("graphql", {"a.graphql": old}, {"a.graphql": old.replace(" = 1", "")})
    assert {(str(change.level), change.rule, change.location) for change in found} == {
        ("breaking", "arg-became-required", "Query.a(first:)"),
        ("breaking", "input-field-became-required", "I.n"),
        ("breaking", "arg-became-required", "@d(n:)"),
    }
    assert told("graphql", {"a.graphql": old.replace(" = 1", "")}, {"a.graphql": old}) == {
        "info arg-default-value-added",
        "info input-field-default-value-added",
    }


def test_an_input_that_takes_any_of_its_fields_again() -> None:
    old = BASE.replace("input Filter {", "input Filter @oneOf {")
    assert told("graphql", {"a.graphql": old}, {"a.graphql": BASE}) == {"info one-of-removed"}


def test_a_change_stands_at_its_coordinate() -> None:
    new = BASE.replace("kind: Kind", "kind: Kind\n  more: Int!")
    (change,) = diff("graphql", {"a.graphql": BASE}, {"a.graphql": new})
    assert (change.location, change.path) == ("Filter.more", "a.graphql")
    assert new.splitlines()[change.line - 1].strip() == "more: Int! }"


def test_several_files_are_one_schema_and_a_type_may_move_between_them() -> None:
    one = {"a.graphql": BASE, "b.graphql": "extend type Query { more: More }\ntype More { a: Int b: Int }"}
    other = {"a.graphql": f"{BASE}type More {{ a: Int }}", "b.graphql": "extend type Query { more: More }"}
    (change,) = diff("graphql", one, other)
    assert (change.rule, change.location, change.path) == ("field-removed", "More.b", "a.graphql")


def test_a_subgraph_may_extend_what_others_define_and_use_the_gateway_s_directives() -> None:
    old = {"a.graphql": 'extend type Query { a: T b: T }\ntype T @key(fields: "id") { id: ID }'}
    new = {"a.graphql": 'extend type Query { a: T }\ntype T @key(fields: "id") { id: ID }'}
    assert told("graphql", old, new) == {"breaking field-removed"}


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("type A {", (1, 9), "Syntax Error"),
        ("type A {\n  a: Nope }", (2, 6), "Unknown type 'Nope'"),
        ("type A { a: Int }\ntype A { b: Int }", (1, 6), "only one type named 'A'"),
        ("type A { a: Int, a: Int }", (1, 10), "can only be defined once"),
        (b"type A \xff", (1, 8), "not UTF-8"),
    ],
)
def test_what_is_no_schema_is_refused_at_its_place(text: str | bytes, place: tuple[int, int], words: str) -> None:
    for old, new in ((BASE, text), (text, BASE)):
        with pytest.raises(Unreadable) as refused:
            diff("graphql", {"a.graphql": old}, {"a.graphql": new})
        assert words in refused.value.message
        assert (refused.value.line, refused.value.column) == place


def test_whole_contracts_that_come_and_go() -> None:
    assert told("graphql", {"a.graphql": BASE}, {}) == {"breaking contract-removed"}
    assert told("graphql", {}, {"a.graphql": BASE}) == {"info contract-added"}
