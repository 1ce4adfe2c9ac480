"""``driftguard`` as its users start it: a process of its own, in surroundings that hold nothing of this machine's."""

import atexit
import functools
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import chdir, contextmanager, redirect_stdout, suppress
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from driftguard.cli import main

HERE = Path(__file__).parent
BOOTSTRAP = HERE / "bootstrap"
PATIENCE = 120.0
"""Seconds for one command."""

_KEPT = ("PATH", "SYSTEMROOT", "TMPDIR")


def driftguard(
    *words: str, cwd: Path, environ: Mapping[str, str] | None = None, die: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run it to its end. ``die`` tells the bootstrap where to kill the process: ``before:3`` or ``torn:3`` fsyncs."""
    with _forked(words, cwd, _surroundings(cwd, die) | dict(environ or {})) as running:
        code = running.wait(PATIENCE)
        return subprocess.CompletedProcess(words, code, running.out.read_text(), running.err.read_text())


def anew(*words: str, cwd: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The same in a new interpreter, for what is about the interpreter itself: what it imports, how it begins."""
    return subprocess.run(
        [sys.executable, "-m", "driftguard", *words],
        cwd=cwd,
        env=_surroundings(cwd, "") | dict(environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def within(*words: str, cwd: Path, environ: Mapping[str, str]) -> tuple[int, str]:
    """The same command line inside this process, where speed matters more than the process: exit code and stdout."""
    printed = io.StringIO()
    with patch.dict(os.environ, environ), chdir(cwd), redirect_stdout(printed):
        code = main(words)
    return code, printed.getvalue()


@contextmanager
def start(cwd: Path, environ: Mapping[str, str]) -> Iterator["Running"]:
    """A nightly run that somebody else will end."""
    words = ("run", "--event-name", "schedule")
    with _forked(words, cwd, _surroundings(cwd, "") | dict(environ)) as running:
        yield running


@dataclass
class Running:
    """A command under way; ``returncode`` is negative for a signal, as in ``subprocess``."""

    connection: socket.socket
    out: Path
    err: Path
    pid: int = 0
    returncode: int | None = None
    _waiting: threading.Lock = field(default_factory=threading.Lock)

    def wait(self, timeout: float) -> int:
        with self._waiting:
            if self.returncode is None:
                self.connection.settimeout(timeout)
                self.returncode = int(_line(self.connection))
            return self.returncode

    def kill(self) -> None:
        if self.returncode is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL)


@contextmanager
def _forked(words: tuple[str, ...], cwd: Path, environ: Mapping[str, str]) -> Iterator[Running]:
    with tempfile.TemporaryDirectory() as directory, socket.socket(socket.AF_UNIX) as connection:
        running = Running(connection, Path(directory, "out"), Path(directory, "err"))
        for path in (running.out, running.err):
            path.touch()
        request = {"words": words, "cwd": str(cwd), "environ": dict(environ)}
        connection.connect(_warm().path)
        connection.sendall(json.dumps(request | {"out": str(running.out), "err": str(running.err)}).encode() + b"\n")
        running.pid = int(_line(connection))
        try:
            yield running
        finally:
            running.kill()
            running.wait(PATIENCE)


def _line(connection: socket.socket) -> bytes:
    read = b""
    while not read.endswith(b"\n"):
        part = connection.recv(1)
        if not part:
            raise AssertionError("the process that commands are forked from has gone")
        read += part
    return read


@dataclass
class Warm:
    """A process to fork from, begun with the first command; it ends when this one does."""

    path: str
    server: subprocess.Popen[bytes]


@functools.cache
def _warm() -> Warm:
    directory = tempfile.mkdtemp()
    path = str(Path(directory, "socket"))
    environ = {name: os.environ[name] for name in _KEPT if name in os.environ} | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-P", str(HERE / "warm.py"), path]
    server = subprocess.Popen(command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert server.stdout is not None
    assert server.stdout.readline() == b"ready\n"
    atexit.register(_end, server, directory)
    return Warm(path, server)


def _end(server: subprocess.Popen[bytes], directory: str) -> None:
    server.communicate()
    shutil.rmtree(directory, ignore_errors=True)


def _surroundings(home: Path, die: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    doomed = {"PYTHONPATH": str(BOOTSTRAP), "DIE": die} if die else {}
    return kept | {"HOME": str(home), "PYTHONUTF8": "1", "USER": "tester", "NO_PROXY": "*"} | doomed
