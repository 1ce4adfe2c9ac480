"""Mutation testing of what decides over deletion: `python bench/mutants.py [PART_OF_A_MODULE'S_NAME]`.

Each mutant is one small change to ``lease.py`` or a module of the gate: another comparison, a negated condition, ``or``
for ``and``, a number one higher, a value that isn't returned, a statement that is left out. The module's own tests run
against it in a forked child, which gets the changed source from an import hook; nothing on disk changes. A mutant that
no test notices must be explained in ``mutants.yaml``, and an explanation that is no longer needed fails, too.

Texts of messages aren't mutated: the tests compare most of them, and none of them decides anything. Our own 150 lines
instead of mutmut or cosmic-ray, since both rewrite files in place or in copies and start an interpreter a mutant.
"""

from __future__ import annotations

import ast
import copy
import importlib.abc
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import yaml

ROOT = Path(__file__).resolve().parent.parent
GATE = ["tests/test_gate.py", "tests/test_gate_wholes.py", "tests/test_deadline.py"]
SUBJECTS: dict[str, tuple[str, list[str]]] = {
    "driftguard.janitor.lease": ("driftguard/janitor/lease.py", ["tests/janitor/test_lease.py"]),
    **{
        f"driftguard.gate.{part}": (f"driftguard/gate/{part}.py", [*GATE])
        for part in ("caps", "deciding", "door", "passage", "reviewing", "ruling")
    },
    "driftguard.passes": ("driftguard/passes.py", ["tests/test_passes.py", *GATE]),
    "driftguard.looks": ("driftguard/looks.py", ["tests/test_looks.py"]),
}
"""Module -> its file, and the tests that have to notice."""
HEAVY = ("pytest", "hypothesis", "pydantic", "yaml", "boto3", "moto.server", "moto.backends", "jsonschema")
"""What the tests import besides driftguard; loaded once, before the forks."""
PATIENCE = 90.0
"""Seconds for one mutant's tests; one that hangs is noticed, too."""
WIDTH = int(os.environ.get("WIDTH", os.cpu_count() or 1))

EXPLANATIONS = Path(__file__).with_suffix(".yaml")
"""Survivors that no test can tell from the code as it is, each with the reason."""

Key = tuple[str, str, str]
"""Module, what stood there, what stands there now."""

_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {ast.Add: ast.Sub, ast.Sub: ast.Add}


@dataclass(frozen=True)
class Mutant:
    """``before`` and ``after`` are the changed expression or statement; ``source`` the whole module with it."""

    module: str
    line: int
    before: str
    after: str
    source: str

    @property
    def key(self) -> Key:
        return self.module, self.before, self.after

    def __str__(self) -> str:
        return f"{self.module}:{self.line}: {self.before}  ->  {self.after}"


def variants(node: ast.AST) -> Iterator[ast.AST]:
    """Every small change to ``node`` itself, as a node of its own."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in _COMPARISONS:
            yield _with(node, ops=[_COMPARISONS[type(op)]()])
        case ast.BoolOp(op=op):
            yield _with(node, op=ast.Or() if isinstance(op, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield operand
        case ast.BinOp(op=op) if type(op) in _OPERATORS:
            yield _with(node, op=_OPERATORS[type(op)]())
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value) | float(value)):
            yield _with(node, value=value + 1)
        case ast.If(test=test) | ast.IfExp(test=test) if not isinstance(test, ast.Compare | ast.BoolOp):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))
        case ast.Return(value=value) if value is not None and not _is_none(value):
            yield _with(node, value=ast.Constant(None))
        case ast.Expr(value=ast.Call()) | ast.Raise() | ast.AugAssign() | ast.Continue():
            yield ast.Pass()


def _with(node: ast.AST, **changes: object) -> ast.AST:
    changed = copy.deepcopy(node)
    for name, value in changes.items():
        setattr(changed, name, value)
    return changed


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def mutants(module: str, path: Path) -> Iterator[Mutant]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for parent, field, index, node in list(_places(tree)):
        for variant in variants(node):
            ast.copy_location(variant, node)
            _put(parent, field, index, variant)
            source = ast.unparse(ast.fix_missing_locations(tree))
            _put(parent, field, index, node)
            yield Mutant(module, getattr(node, "lineno", 0), _short(node), _short(variant), source)


def _places(tree: ast.AST) -> Iterator[tuple[ast.AST, str, int | None, ast.AST]]:
    """Every node of code that runs: no annotations, decorators or assertions (they only narrow types)."""
    for field, value in ast.iter_fields(tree):
        if field in ("annotation", "returns", "decorator_list", "bases") or isinstance(
            tree, ast.Assert | ast.JoinedStr
        ):
            continue
        for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST):
                yield tree, field, index, node
                yield from _places(node)


def _put(parent: ast.AST, field: str, index: int | None, node: ast.AST) -> None:
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _short(node: ast.AST) -> str:
    return ast.unparse(node).splitlines()[0][:110]


class Substitute(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from a changed source."""

    def __init__(self, mutant: Mutant, path: Path) -> None:
        self.mutant, self.path = mutant, path

    def find_spec(self, fullname: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_loader(fullname, self, origin=str(self.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, self.path, "exec"), module.__dict__)


def begin(mutant: Mutant | None, subject: tuple[str, list[str]]) -> int:
    """Run the tests in a child; its process id. ``None`` runs them on the code as it is."""
    child = os.fork()
    if child:
        return child
    os.setpgid(0, 0)
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.chdir(ROOT)
    if mutant is not None:
        sys.meta_path.insert(0, Substitute(mutant, ROOT / subject[0]))
    import pytest  # noqa: PLC0415 - loaded before the fork

    quiet = [
        "-x",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "--no-header",
        "--assert=plain",
    ]
    os._exit(int(pytest.main([*quiet, *subject[1]])))


def survivors(found: Sequence[Mutant]) -> list[Mutant]:
    """Those whose tests pass, a few children at a time."""
    alive: list[Mutant] = []
    running: dict[int, tuple[Mutant, float]] = {}
    waiting = list(reversed(found))
    while waiting or running:
        while waiting and len(running) < WIDTH:
            mutant = waiting.pop()
            running[begin(mutant, SUBJECTS[mutant.module])] = (mutant, time.monotonic() + PATIENCE)
        for child, (mutant, until) in list(running.items()):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                del running[child]
                alive += [mutant] if status == 0 else []
                if status == 0:
                    print(f"  alive  {mutant} ({len(waiting)} to go)", flush=True)
            elif time.monotonic() > until:
                os.killpg(child, signal.SIGKILL)
        time.sleep(0.02)
    return alive


def main(arguments: Sequence[str]) -> int:
    for name in HEAVY:
        importlib.import_module(name)
    wanted = [name for name in SUBJECTS if not arguments or arguments[0] in name]
    for name in wanted:
        _, status = os.waitpid(begin(None, SUBJECTS[name]), 0)
        if status:
            print(f"{name}: its tests fail on the code as it is")
            return 2
    found = [mutant for name in wanted for mutant in mutants(name, ROOT / SUBJECTS[name][0])]
    print(f"{len(found)} mutants of {', '.join(wanted)}", flush=True)
    alive = survivors(found)
    explained = {(each["module"], each["was"], each["is"]) for each in yaml.safe_load(EXPLANATIONS.read_text())}
    unexplained = [mutant for mutant in alive if mutant.key not in explained]
    idle = [key for key in explained if key[0] in wanted and key not in {mutant.key for mutant in alive}]
    for mutant in unexplained:
        print(f"not explained: {mutant}")
    for key in idle:
        print(f"explained, but no survivor: {key[0]}: {key[1]}  ->  {key[2]}")
    killed = len(found) - len(alive)
    print(f"{killed} of {len(found)} killed, {len(alive) - len(unexplained)} explained, {len(unexplained)} not")
    return 1 if unexplained or idle else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
