"""Time and memory of the guard on generated repositories: large changes and small ones, few files beside them and many.

Each case runs three times, and the quickest counts: others' load can only slow it down. Memory is the most that all of
its processes held together (the run, a reader for each core, git), what they share counted for each.
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

POLICY = """\
version: 1
dry_run: true
rules: [{name: docs, on: [pull_request.opened], run: ai_sync, mode: block}]
"""
GO = """package p{n}

import "os"

// Setting{n} is read at start.
func Setting{n}() string {{
	if v := os.Getenv("APP_P{n}_SETTING"); v != "" {{
		return v
	}}
	return "default"
}}
"""
PYTHON = '''"""Part {n}."""

import os

TIMEOUT = int(os.environ.get("APP_P{n}_TIMEOUT", "30"))
'''
TYPESCRIPT = """export const level{n} = process.env.APP_P{n}_LEVEL ?? 'info'
"""
ROUTES = """import {{ Router }} from 'express'

export const router = Router()
router.get('/parts/p{n}/:id', (req, res) => res.json({{}}))
"""
FILLER = {
    "go": 'func add{i}(a int, b int) int {{ return compute(a+{i}, b, "text {i}") }}\n',
    "py": "def add{i}(a: int, b: int) -> int:\n    return compute(a + {i}, b, 'text {i}')\n",
    "ts": "export const add{i} = (a: number, b: number) => compute(a + {i}, b, 'text {i}')\n",
}
HEADS = {"go": GO, "py": PYTHON, "ts": TYPESCRIPT, "routes": ROUTES}
VARIABLES = ("go", "py", "ts")


@dataclass(frozen=True)
class Case:
    """``files`` new files of ``lines`` lines each, beside ``before`` files that were there; ``kinds`` in turn."""

    title: str
    before: int
    files: int
    lines: int
    seconds: float
    megabytes: int
    kinds: tuple[str, ...] = VARIABLES


CASES = (
    Case("3,000 files, 300,000 added lines", 100, 3000, 100, 10.0, 400),
    Case("20 files in a repository of 50,000", 50_000, 20, 100, 1.5, 400),
    Case("20 files of routes in one of 50,000", 50_000, 20, 100, 1.5, 400, ("routes",)),
    Case("20 files in a repository of 500", 500, 20, 100, 1.5, 400),
    Case("3,000 files in a repository of 50,000", 50_000, 3000, 100, 12.0, 400),
)
ROUNDS = 3


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock and of processor, megabytes, findings."""

    seconds: float
    busy: float
    megabytes: float
    found: int


def main() -> int:
    results = [measure(case) for case in CASES]
    return 0 if all(results) else 1


def measure(case: Case) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        git(root, "init", "-q", "-b", "main")
        (root / "README.md").write_text(
            "# App\n\n| Variable | Meaning |\n|---|---|\n| `APP_P0_SETTING` | a setting |\n"
        )
        fill(root, range(case.before), 20, VARIABLES)
        commit(root, "before")
        fill(root, range(case.before, case.before + case.files), case.lines, case.kinds)
        commit(root, "change")
        git(root, "repack", "-adq")  # as in any clone
        (root / "policy.yaml").write_text(POLICY)
        took = min((run(root) for _ in range(ROUNDS)), key=lambda measured: measured.seconds)
    good = took.seconds < case.seconds and took.megabytes < case.megabytes and took.found >= case.files
    verdict = "ok" if good else "MISSED"
    limits = f"(< {case.seconds:g} s, < {case.megabytes} MB)"
    measured = (
        f"{took.seconds:6.2f} s ({took.busy:5.2f} s of processor) {took.megabytes:5.0f} MB {took.found:5} findings"
    )
    print(f"{case.title:38} {measured}  {limits} {verdict}", flush=True)
    return good


def fill(root: Path, numbers: range, lines: int, kinds: tuple[str, ...]) -> None:
    for n in numbers:
        kind = kinds[n % len(kinds)]
        suffix = "ts" if kind == "routes" else kind
        folder = root / "src" / f"d{n % 200}"
        folder.mkdir(parents=True, exist_ok=True)
        body = [HEADS[kind].format(n=n)] if lines >= 100 or n % 10 == 0 else []
        while sum(part.count("\n") for part in body) < lines:
            body.append(FILLER[suffix].format(i=len(body)))
        (folder / f"part{n}.{suffix}").write_text("".join(body))


def run(root: Path) -> Measured:
    words = [sys.executable, "-m", "driftguard", "run", "--repo", str(root), "--base", "main~1", "--head", "main"]
    words += ["--dry-run", "--policy", str(root / "policy.yaml"), "--format", "json"]
    words += ["--audit-dir", str(root / "audit")]
    begin = time.monotonic()
    process = subprocess.Popen(words, stdout=subprocess.PIPE, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    assert process.stdout is not None
    held: list[int] = []
    threading.Thread(target=lambda: held.extend(memory(process.pid)), daemon=True).start()
    out = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - begin
    process.returncode = status
    found = out.count(b'"rule": "ai_sync/undocumented"')
    return Measured(seconds, usage.ru_utime + usage.ru_stime, max(held, default=0) / 1024, found)


def memory(pid: int) -> Iterator[int]:
    """Kilobytes of a process and all below it, again and again until it ends."""
    while held := sum(map(resident, tree(pid))):
        yield held
        time.sleep(0.05)


def tree(pid: int) -> Iterator[int]:
    yield pid
    with suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            yield from tree(int(child))


def resident(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0


def commit(root: Path, message: str) -> None:
    git(root, "add", "-A")
    git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", message)


def git(root: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(root), *words], check=True, capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
