"""The rules that keep the house in order, as tests that read the code."""

import ast
import re
from pathlib import Path

import driftguard

ROOT = Path(driftguard.__file__).parent


def test_whether_a_run_may_write_is_asked_in_three_files_only() -> None:
    """A forgotten `if dry_run` can't exist where the word doesn't."""
    speaking = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        if path.parent.name not in ("demo", "scaffold")  # a user's part: they write policies and type flags
        and re.search(r"dry_run", path.read_text(encoding="utf-8"), re.IGNORECASE)
    }
    assert {path.partition("/")[0].removesuffix(".py") for path in speaking} == {"policy", "cli", "wiring"}


def test_the_gate_is_the_only_caller_of_apply() -> None:
    callers = {
        path.relative_to(ROOT).as_posix()
        for path in ROOT.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "apply"
    }
    assert callers == {"gate/passage.py", "engine.py"}, (
        "the engine calls Gate.apply, the passage Executor.apply; nobody else"
    )


def test_the_engine_calls_no_apply_but_the_gate_s() -> None:
    tree = ast.parse((ROOT / "engine.py").read_text(encoding="utf-8"))
    calls = [ast.unparse(n.func) for n in ast.walk(tree) if isinstance(n, ast.Call) and "apply" in ast.unparse(n.func)]
    assert set(calls) == {"self.gate.apply"}


def test_no_module_keeps_state_that_a_run_changes() -> None:
    """No `global` statement, anywhere."""
    stateful = [
        path.name
        for path in ROOT.rglob("*.py")
        if any(isinstance(node, ast.Global) for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    ]
    assert stateful == []
