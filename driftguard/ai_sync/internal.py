"""Actions and reusable workflows that only their own repository calls: they ask nothing of anybody else."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ports import SourceTree

_KINDS = {
    ItemKind.ACTION_INPUT,
    ItemKind.ACTION_OUTPUT,
    ItemKind.WORKFLOW_INPUT,
    ItemKind.WORKFLOW_OUTPUT,
    ItemKind.WORKFLOW_SECRET,
}


def published(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without those of a file that a ``uses: ./...`` in the repository names; a root action is always published."""
    asked = list(items)
    calls = {item.path: _called_as(item.path) for item in asked if item.kind in _KINDS and "/" in item.path}
    if not calls:
        return asked
    specs = (":(glob).github/**/*.yml", ":(glob).github/**/*.yaml")
    lines = [hit.text for hit in tree.search(revision, ["uses"], specs)]
    internal = {path for path, call in calls.items() if any(_uses(line, call) for line in lines)}
    return [item for item in asked if item.path not in internal]


def _called_as(path: str) -> str:
    plain = PurePosixPath(path)
    return f"./{plain}" if path.startswith(".github/workflows/") else f"./{plain.parent}"


def _uses(line: str, call: str) -> bool:
    return line.partition("uses:")[2].partition("#")[0].strip().strip("\"'").rstrip("/") == call
