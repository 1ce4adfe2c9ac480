"""Where a consumer tries a proposed contract: its files from the origin, and a command of the consumer's own policy."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from driftguard.clients.contents import file_at
from driftguard.clients.github_api import API, ReadApi
from driftguard.errors import PermanentError
from driftguard.ports import Trial
from driftguard.redaction import secret_values

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
        files = {path: file_at(self.api, origin, sha, path) for path in paths}
        if self.digest(files) != digest:
            raise PermanentError(f"{origin}: the contract at {sha[:9]} is not the one that was asked about")
        with tempfile.TemporaryDirectory(prefix="driftguard-contract-") as name:
            root = Path(name).resolve()
            for path, data in files.items():
                _write(root, path, data)
            return self._run(command, root, timeout)

    def _run(self, command: Sequence[str], contract: Path, timeout: float) -> Trial:
        """In a session of its own, so that a timeout ends whatever it started, too.

        It reads files that somebody else proposes, so no token or key of this job is in its surroundings.
        """
        hidden = set(secret_values(self.environ))
        kept = {name: value for name, value in self.environ.items() if value not in hidden}
        environ = {**kept, "DRIFTGUARD_CONTRACT": str(contract)}
        try:
            process = subprocess.Popen(
                list(command), cwd=self.directory, env=environ, stdin=subprocess.DEVNULL, start_new_session=True
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
