"""``driftguard`` as its users start it: its own process, in surroundings that hold nothing of this machine's."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from driftguard.cli import main

BOOTSTRAP = Path(__file__).parent / "bootstrap"
_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR")


def driftguard(
    *words: str, cwd: Path, environ: Mapping[str, str] | None = None, die: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. ``die`` tells the bootstrap where to kill the process: ``before:3`` or ``torn:3`` fsyncs."""
    return subprocess.run(
        [sys.executable, "-m", "driftguard", *words],
        cwd=cwd,
        env=_surroundings(cwd, die) | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def within(*words: str, cwd: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """The same command line inside this process, where speed matters more than the process: exit code and stdout."""
    printed = io.StringIO()
    with patch.dict(os.environ, environ), chdir(cwd), redirect_stdout(printed):
        code = main(words)
    return code, printed.getvalue()


@contextmanager
def start(cwd: Path, environ: Mapping[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """A nightly run that somebody else will end."""
    command = [sys.executable, "-m", "driftguard", "run", "--event-name", "schedule"]
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=_surroundings(cwd, "") | dict(environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _surroundings(home: Path, die: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    doomed = {"PYTHONPATH": str(BOOTSTRAP), "DIE": die} if die else {}
    return kept | {"HOME": str(home), "PYTHONUTF8": "1", "USER": "tester", "NO_PROXY": "*"} | doomed
