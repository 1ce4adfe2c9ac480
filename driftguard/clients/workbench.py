"""Where a consumer tries a proposed contract: its files from the origin, and a command of the consumer's own policy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from driftguard.clients.contents import file_at
from driftguard.clients.github import GitHubReader
from driftguard.clients.github_api import ReadApi
from driftguard.errors import DriftGuardError, PermanentError
from driftguard.forge import CheckRun, CommitStatus
from driftguard.hush import deaf
from driftguard.ports import Trial, Wanted
from driftguard.redaction import secret_values

MOST_FILES = 2_000
"""Files of one contract, each a request."""

Reach = Callable[[str, str], ReadApi]
"""A session for a repository, by its name and the permission that is needed there."""

_STDERR = 2
_STEP_TO_STEP = frozenset({"GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"})


@dataclass(frozen=True, slots=True)
class Reading:
    """How questions are read: the digest of a contract's files, their names from the check runs that list them, and
    whether statuses hold the final answer to the question with a nonce.
    """

    digest: Callable[[Mapping[str, bytes]], str]
    listed: Callable[[Sequence[CheckRun], str], tuple[str, ...]]
    answered: Callable[[Sequence[CommitStatus], str], bool]


@dataclass(frozen=True)
class Workbench:
    """``ports.Workbench``. ``hidden`` are values that no command sees, besides those whose names say so."""

    reach: Reach
    environ: Mapping[str, str]
    directory: Path
    reading: Reading
    hidden: frozenset[str] = frozenset()

    def answered(self, origin: str, sha: str, nonce: str) -> bool:
        try:
            statuses = GitHubReader(self.reach(origin, "statuses:read")).statuses(origin, sha)
        except DriftGuardError:
            return False
        return self.reading.answered(statuses, nonce)

    def try_contract(self, wanted: Wanted, command: Sequence[str], timeout: float) -> Trial:
        api = self.reach(wanted.origin, "contents:read")
        files = {path: file_at(api, wanted.origin, wanted.sha, path) for path in self._paths(wanted)}
        if self.reading.digest(files) != wanted.digest:
            raise PermanentError(
                f"{wanted.origin}: the contract at {wanted.sha[:9]} is not the one that was asked about"
            )
        with tempfile.TemporaryDirectory(prefix="driftguard-contract-") as name:
            root = Path(name).resolve()
            for path, data in files.items():
                _write(root, path, data)
            return self._run(command, root, timeout)

    def _paths(self, wanted: Wanted) -> Sequence[str]:
        """Where the question couldn't hold them all, the check run that it came from lists them."""
        if not wanted.check:
            return _bounded(wanted.paths, wanted.origin)
        origin = GitHubReader(self.reach(wanted.origin, "checks:read"))
        found = self.reading.listed(origin.check_runs(wanted.origin, wanted.sha, wanted.check), wanted.digest)
        if not found:
            raise PermanentError(f"{wanted.origin}: no check run '{wanted.check}' lists the contract's files")
        return _bounded(found, wanted.origin)

    def _run(self, command: Sequence[str], contract: Path, timeout: float) -> Trial:
        """In a session of its own, so that a timeout ends whatever it started, too.

        It reads files that somebody else proposes: no token or key of this job is in its surroundings, nor the files by
        which a step speaks to the next ones, and the runner takes no command from what it prints (to stderr: stdout is
        the report's).
        """
        with deaf(sys.stderr, self.environ):
            return self._ended(command, self._surroundings(contract), timeout)

    def _surroundings(self, contract: Path) -> Mapping[str, str]:
        hidden = {*secret_values(self.environ), *self.hidden}
        kept = {
            name: value for name, value in self.environ.items() if value not in hidden and name not in _STEP_TO_STEP
        }
        return {**kept, "DRIFTGUARD_CONTRACT": str(contract)}

    def _ended(self, command: Sequence[str], environ: Mapping[str, str], timeout: float) -> Trial:
        try:
            process = subprocess.Popen(
                list(command),
                cwd=self.directory,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=_STDERR,
                start_new_session=True,
            )
        except OSError as error:
            return Trial("crashed", f"{command[0]}: {error.strerror}")
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            return Trial("crashed", f"took longer than {timeout:.0f} s")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if code < 0:
            return Trial("crashed", f"ended by signal {-code}")
        return Trial("passed", "") if code == 0 else Trial("failed", f"exit code {code}")


def _bounded(paths: Sequence[str], origin: str) -> Sequence[str]:
    if len(paths) > MOST_FILES:
        raise PermanentError(f"{origin}: the contract has {len(paths):,} files; at most {MOST_FILES:,} are fetched")
    return paths


def _write(root: Path, path: str, data: bytes) -> None:
    """Below ``root`` or not at all: the path is the origin's word."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or any(part in ("..", "") for part in parts):
        raise PermanentError(f"the path '{path[:100]}' leads out of the contract's directory")
    file = root.joinpath(*parts)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except (OSError, ValueError) as error:
        raise PermanentError(f"the path '{path[:100]}' can't be written: {error}") from error
