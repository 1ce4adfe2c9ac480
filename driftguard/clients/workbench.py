"""Where a consumer tries a proposed contract: its files from the origin, and a command of the consumer's own policy."""

from __future__ import annotations

import base64
import binascii
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from driftguard.clients.github_api import API, ReadApi, repo_path
from driftguard.errors import PermanentError
from driftguard.hush import deaf
from driftguard.ports import Trial
from driftguard.redaction import secret_values

_STDERR = 2
_STEP_TO_STEP = frozenset({"GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY"})

Digest = Callable[[Mapping[str, bytes]], str]


def workbench(token: str, environ: Mapping[str, str], directory: Path, digest: Digest) -> Workbench:
    """A ``ports.Workbench`` that reads origins as ``token`` and works in ``directory``."""
    return Workbench(ReadApi(token, environ.get("GITHUB_API_URL") or API), dict(environ), directory, digest)


@dataclass(frozen=True)
class Workbench:
    api: ReadApi
    environ: Mapping[str, str]
    directory: Path
    digest: Digest

    def try_contract(
        self, origin: str, sha: str, digest: str, paths: Sequence[str], command: Sequence[str], timeout: float
    ) -> Trial:
        files = {path: self._file(origin, sha, path) for path in paths}
        if self.digest(files) != digest:
            raise PermanentError(f"{origin}: the contract at {sha[:9]} is not the one that was asked about")
        with tempfile.TemporaryDirectory(prefix="driftguard-contract-") as name:
            root = Path(name).resolve()
            for path, data in files.items():
                _write(root, path, data)
            return self._run(command, root, timeout)

    def _file(self, origin: str, sha: str, path: str) -> bytes:
        found = self.api.get(f"{repo_path(origin)}/contents/{quote(path)}", ref=sha)
        try:
            return base64.b64decode(found["content"], validate=False)
        except (KeyError, TypeError, binascii.Error) as error:
            raise PermanentError(f"{origin}: {path} at {sha[:9]} can't be read (files over 1 MB can't)") from error

    def _run(self, command: Sequence[str], contract: Path, timeout: float) -> Trial:
        """In a session of its own, so that a timeout ends whatever it started, too.

        It reads files that somebody else proposes: no token or key of this job is in its surroundings, nor the files by
        which a step speaks to the next ones, and the runner takes no command from what it prints (to stderr: stdout is
        the report's).
        """
        with deaf(sys.stderr, self.environ):
            return self._ended(command, self._surroundings(contract), timeout)

    def _surroundings(self, contract: Path) -> Mapping[str, str]:
        hidden = set(secret_values(self.environ))
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


def _write(root: Path, path: str, data: bytes) -> None:
    """Below ``root`` or not at all: the path is the origin's word."""
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or any(part in ("..", "") for part in parts):
        raise PermanentError(f"the path '{path[:100]}' leads out of the contract's directory")
    file = root.joinpath(*parts)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(data)
