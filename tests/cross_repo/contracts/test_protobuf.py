"""Protobuf, by the real buf binary: what breaks the wire, JSON or a package, and what only moves source around."""

import pytest
from stage.contracts import diff, told, words

from driftguard.cross_repo.contracts.changes import Unreadable

HEAD = 'syntax = "proto3";\npackage acme.v1;\n'
BASE = (
    "message User { string name = 1; int32 age = 2; Kind kind = 3; repeated string tags = 4; }\n"
    "enum Kind { KIND_UNSPECIFIED = 0; KIND_A = 1; }\n"
    "service Users { rpc Get(User) returns (User); rpc Put(User) returns (User); }\n"
)

PAIRS: list[tuple[str, str, str, str]] = [
    ("field deleted", "int32 age = 2; ", "", "breaking FIELD_NO_DELETE"),
    ("field deleted and reserved", "int32 age = 2; ", 'reserved 2; reserved "age"; ', "breaking FIELD_NO_DELETE"),
    ("field type", "int32 age", "string age", "breaking FIELD_SAME_TYPE"),
    ("compatible type", "int32 age", "int64 age", "breaking FIELD_SAME_TYPE"),
    ("field name", "int32 age", "int32 years", "breaking FIELD_SAME_JSON_NAME, breaking FIELD_SAME_NAME"),
    ("field number", "age = 2", "age = 9", "breaking FIELD_NO_DELETE"),
    ("cardinality", "repeated string tags", "string tags", "breaking FIELD_SAME_CARDINALITY"),
    (
        "into a oneof",
        "int32 age = 2;",
        "oneof x { int32 age = 2; }",
        "breaking FIELD_SAME_ONEOF, breaking FIELD_SAME_CARDINALITY",
    ),
    ("enum value", " KIND_A = 1;", "", "breaking ENUM_VALUE_NO_DELETE"),
    ("enum value name", "KIND_A = 1", "KIND_B = 1", "breaking ENUM_VALUE_SAME_NAME"),
    ("rpc", " rpc Put(User) returns (User);", "", "breaking RPC_NO_DELETE"),
    ("streaming", "Get(User) returns (User)", "Get(User) returns (stream User)", "breaking RPC_SAME_SERVER_STREAMING"),
    ("request", "Get(User)", "Get(Kin)", "breaking RPC_SAME_REQUEST_TYPE"),
    ("response", "Put(User) returns (User)", "Put(User) returns (Kin)", "breaking RPC_SAME_RESPONSE_TYPE"),
    ("service", "service Users", "service People", "breaking SERVICE_NO_DELETE"),
    ("message", "message Kin {}", "", "breaking MESSAGE_NO_DELETE"),
    ("json name", "string name = 1", 'string name = 1 [json_name="n"]', "breaking FIELD_SAME_JSON_NAME"),
    ("go package", "message Kin {}", 'message Kin {} option go_package = "x/y";', "dangerous FILE_SAME_GO_PACKAGE"),
]

HARMLESS: list[tuple[str, str, str]] = [
    ("field", "int32 age = 2;", "int32 age = 2; string more = 9;"),
    ("enum value", "KIND_A = 1;", "KIND_A = 1; KIND_B = 2;"),
    ("rpc", "rpc Get", "rpc New(User) returns (User); rpc Get"),
    ("message", "message Kin {}", "message Kin {} message More {}"),
    ("comment", "int32 age", "/* years */ int32 age"),
    ("order", "string name = 1; int32 age = 2;", "int32 age = 2; string name = 1;"),
    ("reserved", "int32 age = 2;", "int32 age = 2; reserved 20;"),
    ("deprecated", "int32 age = 2", "int32 age = 2 [deprecated = true]"),
]


def proto(text: str = BASE) -> dict[str, str]:
    return {"acme/v1/a.proto": f"{HEAD}{text}message Kin {{}}\n"}


@pytest.mark.parametrize(("was", "now", "expected"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_what_breaks_is_told_once_for_each_element(was: str, now: str, expected: str) -> None:
    old = proto()
    new = {path: text.replace(was, now) for path, text in old.items()}
    assert old != new
    assert told("protobuf", old, new) == words(expected)
    assert len(diff("protobuf", old, new)) == len(words(expected))


@pytest.mark.parametrize(("was", "now"), [row[1:] for row in HARMLESS], ids=[row[0] for row in HARMLESS])
def test_what_is_harmless_isn_t_told(was: str, now: str) -> None:
    old = proto()
    new = {path: text.replace(was, now) for path, text in old.items()}
    assert old != new
    assert told("protobuf", old, new) == set()


def test_a_change_has_a_place_in_the_contract_and_in_the_file() -> None:
    new = {path: text.replace("int32 age", "string age") for path, text in proto().items()}
    (change,) = diff("protobuf", proto(), new)
    assert (change.location, change.path, change.line) == ("message User, field 2 age", "acme/v1/a.proto", 3)
    assert "misread" in change.message


def test_a_message_that_moves_within_its_package_is_dangerous() -> None:
    old = {"acme/v1/a.proto": f"{HEAD}message A {{}}\nmessage B {{}}\n", "acme/v1/b.proto": f"{HEAD}message C {{}}\n"}
    new = {"acme/v1/a.proto": f"{HEAD}message A {{}}\n", "acme/v1/b.proto": f"{HEAD}message C {{}}\nmessage B {{}}\n"}
    assert told("protobuf", old, new) == {"dangerous MESSAGE_NO_DELETE"}


def test_imports_are_found_beside_and_their_root_is_made_out() -> None:
    def files(kind: str) -> dict[str, str]:
        return {
            "api/proto/acme/v1/a.proto": f'{HEAD}import "common/c.proto";\nimport "google/protobuf/any.proto";\n'
            "message A { common.C c = 1; google.protobuf.Any any = 2; }\n",
            "api/proto/common/c.proto": f'syntax = "proto3";\npackage common;\nmessage C {{ {kind} x = 1; }}\n',
        }

    (change,) = diff("protobuf", files("int32"), files("string"))
    assert (change.path, change.line) == ("api/proto/common/c.proto", 3)


def test_a_lone_file_may_be_called_otherwise() -> None:
    old, new = {"v1.proto": f"{HEAD}message A {{ string a = 1; }}"}, {"v2.proto": f"{HEAD}message A {{ int32 a = 1; }}"}
    assert told("protobuf", old, new) == {"breaking FIELD_SAME_TYPE"}


def test_whole_files_that_come_and_go() -> None:
    more = proto() | {"acme/v1/b.proto": f"{HEAD}message B {{}}\n"}
    assert told("protobuf", proto(), more) == {"info contract-added"}
    assert told("protobuf", more, proto()) == {"dangerous FILE_NO_DELETE", "breaking MESSAGE_NO_DELETE"}
    assert told("protobuf", proto(), {}) == {"breaking contract-removed"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("message A {", 3, "unmatched"),
        ("message A { Foo x = 1; }", 3, "Foo"),
        ('import "gone.proto";', 3, "imported file does not exist"),
        ("message A {}\nmessage A {}", 3, "declared multiple times"),
    ],
)
def test_what_doesn_t_compile_is_refused_at_its_place_on_either_side(text: str, line: int, words: str) -> None:
    good, bad = {"a.proto": f"{HEAD}message B {{}}\n"}, {"a.proto": f"{HEAD}{text}\n"}
    for old, new in ((good, bad), (bad, good)):
        with pytest.raises(Unreadable) as refused:
            diff("protobuf", old, new)
        assert words in refused.value.message
        assert (refused.value.path, refused.value.line) == ("a.proto", line)


def test_imports_lead_nowhere_outside() -> None:
    text = f'{HEAD}import "../../../etc/passwd";\nimport "/etc/passwd";\n'
    with pytest.raises(Unreadable):
        diff("protobuf", {"a.proto": text}, {"a.proto": f"{text}message A {{}}"})
