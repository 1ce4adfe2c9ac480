"""The ``terraform`` program: in a clean working copy, in its own session, with its output in the log as it comes.

Every word is an argument of its own; nothing goes through a shell. It writes to a file rather than to a pipe, so that
a run of ours that is killed doesn't take it along: it ends its work, writes its state and lets go of its lock.
"""

from __future__ import annotations

import json
import logging
import math
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from driftguard.errors import PermanentError, UsageError
from driftguard.ports import Ran, SourceTree

log = logging.getLogger(__name__)

PROGRAM = "terraform"
POLL = 0.05
"""Seconds between two looks at what it has printed."""
PATIENCE = 60.0
"""Seconds to end well after the first SIGTERM; a second one ends it at once, still trying to write and unlock."""
LAST_PATIENCE = 20.0
"""Seconds after the second SIGTERM; SIGKILL leaves a lock behind, so it comes last."""

STOPPING = PATIENCE + LAST_PATIENCE
"""Seconds that a run may need to end after it was told to."""

_OURS = ("TF_CLI_ARGS", "TF_LOG", "TF_WORKSPACE", "TF_DATA_DIR", "TF_INPUT", "TF_REATTACH_PROVIDERS")
"""Variables (and what begins with them) that would change what a run does behind its words."""


@dataclass
class Terraform:
    """Runs it. ``deadline`` is a ``time.monotonic()`` by which it must have been told to stop."""

    environ: Mapping[str, str]
    open_tree: Callable[[], AbstractContextManager[SourceTree]]
    deadline: float = math.inf
    patience: tuple[float, float] = (PATIENCE, LAST_PATIENCE)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _idle: threading.Condition = field(default_factory=threading.Condition)
    _running: int = 0

    @contextmanager
    def working_copy(self, revision: str) -> Iterator[Path]:
        """Every regular file of the repository at ``revision``, in a new directory that is gone again at the end."""
        with tempfile.TemporaryDirectory(prefix="driftguard-", ignore_cleanup_errors=True) as name:
            root = Path(name).resolve()
            with self.open_tree() as tree:
                _export(tree, revision, root)
            yield root

    def run(self, directory: Path, words: Sequence[str], workspace: str, seconds: float) -> Ran:
        """Raises ``UsageError`` if there is no such program, ``PermanentError`` if the run is being interrupted."""
        if self._stopping.is_set():
            raise PermanentError(f"terraform {words[0]}: interrupted before it began")
        log.info("terraform %s in %s", " ".join(words), directory.name, extra={"workspace": workspace})
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors, self._counted():
            process = self._start(directory, words, workspace, (output, errors))
            until = min(time.monotonic() + seconds, self.deadline)
            stopped = self._follow(process, _Tail(output.fileno()), until)
            return Ran(process.returncode, _whole(output), _whole(errors), stopped)

    def stop(self) -> None:
        """Stop whatever runs, SIGTERM first, and wait until it has ended. Nothing begins after this."""
        self._stopping.set()
        with self._idle:
            self._idle.wait_for(lambda: self._running == 0, timeout=sum(self.patience) + 1)

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            self._running += 1
        try:
            yield
        finally:
            with self._idle:
                self._running -= 1
                self._idle.notify_all()

    def _start(
        self, directory: Path, words: Sequence[str], workspace: str, files: tuple[IO[bytes], IO[bytes]]
    ) -> subprocess.Popen[bytes]:
        environ = {name: value for name, value in self.environ.items() if not name.startswith(_OURS)}
        environ |= {"TF_IN_AUTOMATION": "1", "CHECKPOINT_DISABLE": "1"}
        environ |= {"TF_WORKSPACE": workspace} if workspace else {}
        try:
            return subprocess.Popen(
                [PROGRAM, *words],
                cwd=directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=files[0],
                stderr=files[1],
                start_new_session=True,  # Ctrl-C in a terminal is ours to pass on, once
            )
        except FileNotFoundError as error:
            raise UsageError("terraform is not installed, and janitor.terraform needs it") from error

    def _follow(self, process: subprocess.Popen[bytes], tail: _Tail, until: float) -> bool:
        """Log what it prints until it has ended; whether it had to be stopped."""
        ladder = _Ladder(process, self.patience)
        while True:
            ended = process.poll() is not None  # asked before reading, so that the last lines are read
            tail.read_on()
            if ended:
                return ladder.stepped
            if self._stopping.is_set() or time.monotonic() >= until:
                ladder.step()
            with suppress(subprocess.TimeoutExpired):
                process.wait(POLL)


@dataclass
class _Ladder:
    """SIGTERM, time, SIGTERM, time, SIGKILL."""

    process: subprocess.Popen[bytes]
    patience: tuple[float, float]
    rung: int = 0
    next_at: float = 0.0

    @property
    def stepped(self) -> bool:
        return self.rung > 0

    def step(self) -> None:
        """The next signal, if it is time for it."""
        if time.monotonic() < self.next_at or self.rung > len(self.patience):
            return
        if self.rung == len(self.patience):
            log.error("terraform didn't end after SIGTERM and is killed; it leaves its lock behind")
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
        else:
            log.warning("terraform is told to stop (SIGTERM)")
            self.process.send_signal(signal.SIGTERM)
            self.next_at = time.monotonic() + self.patience[self.rung]
        self.rung += 1


@dataclass
class _Tail:
    """What is added to a file, line by line, into the log."""

    descriptor: int
    offset: int = 0
    rest: bytes = b""

    def read_on(self) -> None:
        while data := os.pread(self.descriptor, 1 << 16, self.offset):
            self.offset += len(data)
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                _say(line.decode(errors="replace"))


def _say(line: str) -> None:
    """The message of a line of ``-json`` output, or a plain line as it stands."""
    try:
        message = json.loads(line)
        said = str(message["@message"])
    except (ValueError, RecursionError, KeyError, TypeError):
        said = line
    if said.strip() and not said.startswith(("{", " ", "}")):  # a state that was pulled is no message
        log.info("terraform: %s", said)


def _whole(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _export(tree: SourceTree, revision: str, root: Path) -> None:
    """Regular files only: no link can lead out of the copy. What begins with ``#!`` may be run by a provisioner."""
    sha = tree.resolve(revision)
    paths = tree.files(sha)
    written = 0
    for path, data in tree.read_many(sha, paths):
        file = root / path
        if not file.resolve().is_relative_to(root):
            raise PermanentError(f"{path}: leads out of the repository")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        file.chmod(0o700 if data.startswith(b"#!") else 0o600)
        written += 1
    if written < len(paths):
        log.warning("%d files are too large for the working copy and were left out", len(paths) - written)
