"""A real repository with one change in it."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

_WHO = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}


def change(directory: Path, before: Mapping[str, str], *after: Mapping[str, str | None]) -> tuple[str, ...]:
    """Commit ``before``, then each of ``after`` on top (``None`` deletes a file): the commits, oldest first."""
    directory.mkdir(exist_ok=True)
    git(directory, "init", "--quiet", "--initial-branch=main")
    return tuple(commit(directory, files) for files in (before, *after))


def commit(directory: Path, files: Mapping[str, str | None]) -> str:
    """One commit that writes ``files``: its id."""
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text is None:
            path.unlink()
        else:
            path.write_bytes(text.encode(errors="surrogateescape"))
    git(directory, "add", "--all")
    git(directory, "commit", "--quiet", "--allow-empty", "--message", "change")
    return git(directory, "rev-parse", "HEAD").strip()


def git(directory: Path, *words: str) -> str:
    environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", **_WHO}
    done = subprocess.run(["git", *words], cwd=directory, env=environ, check=True, capture_output=True, text=True)
    return done.stdout
