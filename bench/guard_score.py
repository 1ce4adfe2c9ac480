"""Score the guard against bench/labels.yaml: ``guard_score.py DIR [LABELS]``, DIR holding clones, bare or not.

A clone of ``owner/name`` is found as DIR/owner+name/repo, DIR/owner/name or DIR/owner/name.git. Only the kinds that
the labels speak of are scored.
"""

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftguard.ai_sync.guard import Guard
from driftguard.clients.git import GitTree
from driftguard.policy import AiSync

TARGET = 0.97


@dataclass(frozen=True)
class Score:
    """Names of one change: found and right, missed, found and wrong; each as (kind, name)."""

    change: str
    right: frozenset[tuple[str, str]]
    missed: frozenset[tuple[str, str]]
    wrong: frozenset[tuple[str, str]]


def main(directory: Path, labels: Path) -> int:
    sheet = yaml.safe_load(labels.read_text(encoding="utf-8"))
    kinds = frozenset(sheet["kinds"])
    scores = [judge(change, directory, kinds) for change in sheet["changes"]]
    known = [score for score in scores if score]
    for score in known:
        for word, names in (("missed", score.missed), ("wrong", score.wrong)):
            for kind, name in sorted(names):
                print(f"{word:7} {score.change} {kind} {name}")
    print(f"{len(known)} of {len(scores)} changes here; the others' repositories are not in {directory}")
    return report(known)


def clone(directory: Path, repo: str) -> Path | None:
    owner, _, name = repo.partition("/")
    places = [directory / f"{owner}+{name}" / "repo", directory / owner / name, directory / owner / f"{name}.git"]
    return next((place for place in places if place.is_dir()), None)


def judge(change: dict[str, Any], directory: Path, kinds: frozenset[str]) -> Score | None:
    repo = clone(directory, change["repo"])
    if repo is None:
        return None
    expected = names(change.get("undocumented", {}))
    found = {(kind, name) for kind, name in undocumented(repo, change["commit"]) if kind in kinds}
    return Score(
        f"{change['repo']}@{change['commit']}",
        frozenset(found & expected),
        frozenset(expected - found),
        frozenset(found - expected),
    )


def names(by_kind: dict[str, list[str]]) -> set[tuple[str, str]]:
    return {(kind, str(name)) for kind, listed in by_kind.items() for name in listed}


def undocumented(repo: Path, commit: str) -> set[tuple[str, str]]:
    """What ``driftguard run --base COMMIT~1 --head COMMIT`` finds undocumented, without starting a process each."""
    with GitTree.open(repo) as tree:
        guard = Guard(tree, AiSync(), tree.resolve(f"{commit}~1"), tree.resolve(commit))
        return {(item.kind.value, item.name) for item in guard.undocumented()}


def report(scores: list[Score]) -> int:
    counts: Counter[str] = Counter()
    for score in scores:
        counts.update(right=len(score.right), missed=len(score.missed), wrong=len(score.wrong))
    precision = counts["right"] / max(counts["right"] + counts["wrong"], 1)
    recall = counts["right"] / max(counts["right"] + counts["missed"], 1)
    print(f"right {counts['right']}, missed {counts['missed']}, wrong {counts['wrong']}")
    print(f"precision {precision:.3f}, recall {recall:.3f} (target {TARGET} each)")
    return 0 if min(precision, recall) >= TARGET else 1


if __name__ == "__main__":
    default = Path(__file__).with_name("labels.yaml")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default))
