"""A real git repository in a temporary folder, and the guard over its last commit."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import Item
from driftguard.clients.git import GitTree
from driftguard.policy import AiSync


@dataclass(frozen=True)
class Repository:
    root: Path

    @classmethod
    def new(cls, root: Path) -> Repository:
        repository = cls(root)
        root.mkdir(parents=True, exist_ok=True)
        repository.git("init", "-q", "-b", "main")
        return repository

    def git(self, *words: str) -> str:
        author = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", "-C", str(self.root), *author, *words], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def write(self, files: Mapping[str, str | None]) -> None:
        """``None`` deletes."""
        for path, text in files.items():
            file = self.root / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")

    def commit(self, files: Mapping[str, str | None]) -> str:
        self.write(files)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "change")
        return self.git("rev-parse", "HEAD")


def change(
    root: Path, before: Mapping[str, str | None], after: Mapping[str, str | None]
) -> tuple[Repository, str, str]:
    """A repository with two commits: ``before``, and ``after`` on top of it."""
    repository = Repository.new(root)
    base = repository.commit(before)
    return repository, base, repository.commit(after)


def undocumented(
    root: Path, before: Mapping[str, str | None], after: Mapping[str, str | None], policy: AiSync | None = None
) -> list[Item]:
    """What the guard says of that change."""
    repository, base, head = change(root, before, after)
    with GitTree.open(repository.root) as tree:
        return Guard(tree, policy or AiSync(), base, head).undocumented()
