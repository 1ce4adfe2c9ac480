"""The ``buf`` binary: run on copies, in a directory of its own, with a home of its own and nothing to fetch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from driftguard.errors import MissingExtra, PermanentError
from driftguard.ports import BufSays

SECONDS = 120
"""Until buf is given up on."""

BROKEN = 100
"""buf's exit code for 'compared, and there is something to say', https://buf.build/docs/reference/cli/buf/breaking/."""

CONFIG = "version: v2\nbreaking:\n  use: [FILE, PACKAGE, WIRE_JSON, WIRE]\n"


class Buf:
    """``ports.Tools``."""

    def buf_breaking(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Sequence[BufSays]:
        with tempfile.TemporaryDirectory(prefix="driftguard-buf-") as place:
            root = Path(place)
            for name, files in (("old", old), ("new", new)):
                _lay_out(root / name, files)
            (root / "new" / "buf.yaml").write_text(CONFIG, encoding="utf-8")
            return list(_said(_run(root)))


def _lay_out(root: Path, files: Mapping[str, bytes]) -> None:
    root.mkdir()
    for name, data in files.items():
        path = PurePosixPath(name)
        if path.is_absolute() or ".." in path.parts or "\0" in name:
            raise PermanentError(f"{name!r} leads out of the contract")
        target = root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError as error:
            raise PermanentError(f"{name!r} can't be laid out for buf: {error.strerror}") from error


def _run(root: Path) -> str:
    home = root / "home"
    home.mkdir()
    command = [_binary(), "breaking", ".", "--against", "../old", "--error-format", "json"]
    try:
        done = subprocess.run(
            command,
            cwd=root / "new",
            env={"HOME": str(home), "XDG_CACHE_HOME": str(home), "BUF_CACHE_DIR": str(home), "PATH": os.defpath},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise PermanentError(f"buf didn't finish within {SECONDS} s") from error
    if done.returncode not in (0, BROKEN):
        said = (done.stderr.strip() or done.stdout.strip() or "it said nothing").splitlines()[-1]
        raise PermanentError(f"buf ended with exit code {done.returncode}: {said}")
    return done.stdout


def _binary() -> str:
    """The one that was installed beside us, else the one on PATH."""
    found = shutil.which("buf", path=sysconfig.get_path("scripts")) or shutil.which("buf")
    if not found:
        raise MissingExtra("contracts", "comparing Protobuf")
    return found


def _said(output: str) -> Iterator[BufSays]:
    for line in output.splitlines():
        try:
            said: Mapping[str, Any] = json.loads(line)
            yield BufSays(
                str(said["type"]),
                str(said.get("path", "")),
                int(said.get("start_line", 0)),
                int(said.get("start_column", 0)),
                str(said["message"]),
            )
        except (ValueError, KeyError, TypeError) as error:
            raise PermanentError(f"buf said something that isn't understood: {line[:200]!r}") from error
