"""``driftguard contracts diff`` as people use it: guessing, exit codes, and three ways to show a diff."""

import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from rich.console import Console
from stage.command import driftguard, within

from driftguard.cross_repo import diffing
from driftguard.cross_repo.contracts.changes import Setup
from driftguard.model import Change, ContractDiff, Level
from driftguard.report.contract_diff import text
from driftguard.report.contract_diff.sarif import RENDERER as SARIF
from driftguard.wiring import tools

PROTO = 'syntax = "proto3";\npackage a;\nmessage M { string a = 1; }\n'
TREES: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "asyncapi": ({"a.yaml": "asyncapi: 2.0.0\nservers: {a: {}}\n"}, {"a.yaml": "asyncapi: 2.0.0\n"}),
    "avro": ({"a.avsc": '"int"'}, {"a.avsc": '"string"'}),
    "graphql": ({"a.graphql": "type Query { a: Int b: Int }"}, {"a.graphql": "type Query { a: Int }"}),
    "helm": ({"values.yaml": "a: 1\nb: 2\n"}, {"values.yaml": "a: 1\n"}),
    "json_schema": ({"a.schema.json": "{}"}, {"a.schema.json": '{"type": "string"}'}),
    "protobuf": ({"a/m.proto": PROTO}, {"a/m.proto": PROTO.replace("string a", "int32 a")}),
    "python": ({"p/__init__.py": "def f(): ..."}, {"p/__init__.py": "def f(a): ..."}),
    "terraform": ({"main.tf": 'output "a" {\n  value = 1\n}\n'}, {"main.tf": ""}),
}  # fmt: skip


def lay_out(root: Path, files: Mapping[str, str]) -> Path:
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content, encoding="utf-8")
    root.mkdir(exist_ok=True)
    return root


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def shown(*words: str, cwd: Path) -> tuple[int, str]:
    return within("contracts", "diff", *words, cwd=cwd, environ={})


@pytest.mark.parametrize("kind", TREES)
def test_each_type_is_guessed_compared_and_shown_in_three_formats(kind: str, here: Path) -> None:
    old, new = (lay_out(here / name, files) for name, files in zip(("old", "new"), TREES[kind], strict=True))
    code, printed = shown("old", "new", "--format", "json", cwd=here)
    answer = json.loads(printed)
    assert code == 1
    assert {key: answer[key] for key in ("type", "old", "new", "conclusion")} == {
        "type": kind,
        "old": "old",
        "new": "new",
        "conclusion": "blocked",
    }
    assert all(set(one) == {"rule", "level", "location", "message", "path", "line"} for one in answer["changes"])
    assert any(one["level"] == "breaking" for one in answer["changes"])
    for one in answer["changes"]:
        assert Path(one["path"]).is_relative_to(new.name) or Path(one["path"]).is_relative_to(old.name)
        assert Path(one["path"]).exists()
    code, printed = shown("old", "new", cwd=here)
    assert code == 1
    assert all(one["message"] in printed and one["rule"] in printed for one in answer["changes"])
    code, printed = shown("old", "new", "-f", "sarif", cwd=here)
    check_sarif(json.loads(printed), len(answer["changes"]))
    assert shown("old", "old", cwd=here) == (0, "no changes\n")


def check_sarif(document: Any, results: int) -> None:
    """Against the parts of the SARIF 2.1.0 schema that are used here."""
    place = {
        "type": "object",
        "required": ["artifactLocation"],
        "properties": {"region": {"properties": {"startLine": {"type": "integer", "minimum": 1}}}},
    }
    result = {
        "type": "object",
        "required": ["ruleId", "level", "message", "locations"],
        "properties": {
            "level": {"enum": ["error", "warning", "note"]},
            "message": {"required": ["text"]},
            "locations": {"items": {"required": ["physicalLocation"], "properties": {"physicalLocation": place}}},
        },
    }
    run = {"required": ["tool", "results"], "properties": {"results": {"type": "array", "items": result}}}
    jsonschema.validate(document, {"required": ["version", "runs"], "properties": {"runs": {"items": run}}})
    assert document["version"] == "2.1.0"
    assert len(document["runs"][0]["results"]) == results


def test_two_files_of_different_names_are_one_contract(here: Path) -> None:
    lay_out(here, {"v1.graphql": "type Query { a: Int b: Int }", "v2.graphql": "type Query { a: Int }"})
    code, printed = shown("v1.graphql", "v2.graphql", cwd=here)
    assert (code, printed.splitlines()) == (
        1,
        ["breaking  v2.graphql:1: field-removed: Field Query.b was removed [Query.b]", "1 breaking"],
    )


@pytest.mark.parametrize(("side", "path"), [("old", "a.json"), ("new", "b.json")])
def test_the_side_that_can_t_be_read_is_named_and_blocks(side: str, path: str, here: Path) -> None:
    lay_out(here, {"a.json": "{}", "b.json": "{}"} | {path: '{\n  "a": }'})
    code, printed = shown("a.json", "b.json", "--type", "json_schema", "--format", "json", cwd=here)
    (change,) = json.loads(printed)["changes"]
    assert (code, change["rule"], change["path"], change["line"]) == (1, "contract-unreadable", path, 2)
    assert f"{path}:2:8: not JSON" in change["message"]


def test_a_contract_may_come_or_go(here: Path) -> None:
    lay_out(here, {"a.schema.json": "{}"})
    (here / "empty").mkdir()
    assert shown("/dev/null", "a.schema.json", cwd=here)[0] == 0
    assert shown("a.schema.json", "/dev/null", cwd=here)[0] == 1
    code, printed = shown("a.schema.json", "empty", cwd=here)
    assert (code, "contract-removed" in printed) == (1, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["gone.json", "a.schema.json"], "gone.json: there is no such file or directory"),
        (["a.schema.json", "a.schema.json", "--type", "json-schema"], "did you mean 'json_schema'?"),
        (["a.schema.json", "a.schema.json", "--type", "x"], "there are asyncapi, avro, files"),
        (["odd.xyz", "odd.xyz"], "--type names one of asyncapi"),
        ([".", "."], "graphql (2 files), json_schema (2 files); --type says which"),
        (["a.schema.json", "a.schema.json", "--format", "xml"], "xml"),
        (["/dev/null", "/dev/null", "--type", "avro"], "holds a contract of type 'avro'"),
    ],
)
def test_a_wrong_question_is_a_usage_error_that_says_what_to_do(words: list[str], said: str, here: Path) -> None:
    lay_out(here, {"a.schema.json": "{}", "a.graphql": "type Query { a: Int }", "odd.xyz": "?"})
    done = driftguard("contracts", "diff", *words, cwd=here)
    assert done.returncode == 2
    assert said in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr


def test_the_role_may_be_said(here: Path) -> None:
    lay_out(here, {"a.schema.json": '{"maximum": 2}', "b.schema.json": '{"maximum": 1}'})
    assert shown("a.schema.json", "b.schema.json", "--role", "producer", cwd=here)[0] == 0
    assert shown("a.schema.json", "b.schema.json", "--role", "consumer", cwd=here)[0] == 1


def test_nothing_outside_the_directory_is_read_by_name_or_by_link(here: Path) -> None:
    lay_out(here, {"secret.json": '{"maximum": 1}', "c/a.schema.json": '{"$ref": "../secret.json"}'})
    lay_out(here, {"d/a.schema.json": '{"$ref": "link.json"}'})
    (here / "d" / "link.json").symlink_to(here / "secret.json")
    for folder in ("c", "d"):
        code, printed = shown(folder, folder, cwd=here)
        assert (code, "a file that isn't there" in printed) == (1, True)


def test_a_tool_that_is_missing_is_named_with_what_to_install(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, files in zip(("old", "new"), TREES["protobuf"], strict=True):
        lay_out(here / name, files)
    monkeypatch.setattr("shutil.which", lambda *_, **__: None)
    monkeypatch.setattr("sys.stderr", said := io.StringIO())
    assert shown("old", "new", cwd=here)[0] == 2
    assert "pip install 'driftguard-engine[contracts]'" in said.getvalue()


def test_a_tool_that_fails_leaves_the_answer_open(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, files in zip(("old", "new"), TREES["protobuf"], strict=True):
        lay_out(here / name, files)
    broken = here / "buf"
    broken.write_text("#!/bin/sh\necho 'out of order' >&2\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr("shutil.which", lambda *_, **__: str(broken))
    monkeypatch.setattr("sys.stderr", said := io.StringIO())
    assert shown("old", "new", cwd=here)[0] == 3
    assert "buf ended with exit code 3: out of order" in said.getvalue()


def test_files_that_no_type_claims_can_be_compared_as_files(here: Path) -> None:
    lay_out(here / "old", {"a.xyz": "1", "b.xyz": "1"})
    lay_out(here / "new", {"a.xyz": "2"})
    diff = diffing.compare(Path("old"), Path("new"), "files", Setup(tools()))
    assert [(c.rule, c.path) for c in diff.changes] == [("file-changed", "new/a.xyz"), ("file-removed", "old/b.xyz")]


HOSTILE = ContractDiff(
    "json_schema",
    "old\x1b[31m",
    "new",
    (
        Change("a", Level.BREAKING, "#/x", "evil \x1b[2J[red]\u202e text", "a.json", 3),
        *(Change("b", Level.INFO, f"#/{n}", f"change {n}", "a.json", n) for n in range(1, 131)),
        Change("c", Level.DANGEROUS, "", "no place"),
    ),
)


def test_a_terminal_gets_tables_that_fit_and_no_control_characters_of_a_contract() -> None:
    out = io.StringIO()
    text.show(HOSTILE, Console(file=out, width=80, force_terminal=False))
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in out.getvalue()
    assert "\u202e" not in out.getvalue()
    assert "evil \\x1b[2J[red]\\u202e text" in out.getvalue()
    titles = [line for line in lines if line and not line.startswith(" ")]
    assert titles[1:] == [
        "Breaking (1)",
        "Dangerous: breaks some consumers (1)",
        "Harmless (130)",
        "✗ 1 breaking, 1 dangerous, 130 info",
    ]
    assert "… and 30 more" in out.getvalue()


def test_a_pipe_gets_a_line_a_change_and_sarif_no_control_characters() -> None:
    plain, sarif = io.StringIO(), io.StringIO()
    text.RENDERER.render(HOSTILE, plain)
    SARIF.render(HOSTILE, sarif)
    assert len(plain.getvalue().splitlines()) == len(HOSTILE.changes) + 1
    assert "\x1b" not in plain.getvalue()
    assert "\\x1b" in json.loads(sarif.getvalue())["runs"][0]["results"][0]["message"]["text"]


def test_a_description_of_an_api_that_names_a_schema_dialect_is_still_one(tmp_path: Path) -> None:
    text = '{"openapi": "3.1.0", "$schema": "https://json-schema.org/draft/2020-12/schema", "paths": {}, "info": {}}'
    (tmp_path / "api.json").write_text(text)
    code, printed = within("contracts", "diff", "api.json", "api.json", "--format", "json", cwd=tmp_path, environ={})
    assert (code, json.loads(printed)["type"]) == (0, "openapi")


def test_a_lone_file_that_says_late_what_it_is_is_read_to_its_end(tmp_path: Path) -> None:
    (tmp_path / "api.yaml").write_text(f"paths: {{}}\nx-long: {'y' * 5000}\nopenapi: 3.0.3\ninfo: {{}}\n")
    code, printed = within("contracts", "diff", "api.yaml", "api.yaml", "--format", "json", cwd=tmp_path, environ={})
    assert (code, json.loads(printed)["type"]) == (0, "openapi")


def test_a_lone_file_that_is_no_contract_any_more_cannot_be_read_and_was_not_removed(tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text("openapi: 3.0.3\ninfo: {}\npaths: {}\n")
    (tmp_path / "new.yaml").write_text("{")
    code, printed = within("contracts", "diff", "old.yaml", "new.yaml", "--format", "json", cwd=tmp_path, environ={})
    [change] = json.loads(printed)["changes"]
    assert (code, change["rule"], change["path"], change["line"]) == (1, "contract-unreadable", "new.yaml", 2)
