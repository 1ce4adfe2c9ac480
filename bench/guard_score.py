"""Score the guard against bench/labels.yaml: ``guard_score.py DIR [LABELS]``, DIR holding clones, bare or not.

A clone of ``owner/name`` is found as DIR/owner+name/repo, DIR/owner/name or DIR/owner/name.git. Every set of the labels
is scored by itself, then all of them by kind and by language.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from driftguard.ai_sync.guard import Guard
from driftguard.ai_sync.items import ItemKind
from driftguard.clients.git import GitTree
from driftguard.policy import AiSync

TARGET = 0.97
STALE = "stale"
Name = tuple[str, str, str]
"""``undocumented`` or ``stale``, kind and name."""


@dataclass(frozen=True)
class Verdict:
    """One name of one change: ``right``, ``missed`` or ``wrong``."""

    change: str
    group: str
    language: str
    name: Name
    word: str


def main(directory: Path, labels: Path) -> int:
    sheet = yaml.safe_load(labels.read_text(encoding="utf-8"))
    verdicts: list[Verdict] = []
    for group, told in sheet["sets"].items():
        here = [change for change in sheet[group] if clone(directory, change["repo"])]
        found = [verdict for change in here for verdict in judge(change, group, sheet, directory)]
        for verdict in sorted(found, key=lambda verdict: (verdict.change, verdict.name)):
            if verdict.word != "right":
                print(f"{verdict.word:7} {verdict.change} {' '.join(verdict.name)}")
        print(f"{group}: {len(here)} of {len(sheet[group])} changes are in {directory} ({told['says']})")
        verdicts += found
    tables(verdicts)
    return 0 if min(rates(count(verdicts))) >= TARGET else 1


def clone(directory: Path, repo: str) -> Path | None:
    owner, _, name = repo.partition("/")
    places = [directory / f"{owner}+{name}" / "repo", directory / owner / name, directory / owner / f"{name}.git"]
    return next((place for place in places if place.is_dir()), None)


def judge(change: dict[str, Any], group: str, sheet: dict[str, Any], directory: Path) -> Iterator[Verdict]:
    repo = clone(directory, change["repo"])
    assert repo is not None
    told = sheet["sets"][group]
    kinds = set(told.get("kinds") or map(str, ItemKind))
    expected = set(names(change, "undocumented")) | set(names(change, STALE))
    found = {name for name in findings(repo, change["commit"], stale=told["stale"]) if name[1] in kinds}
    for name in expected | found:
        word = "right" if name in expected & found else "missed" if name in expected else "wrong"
        language = sheet["languages"][change["repo"]]
        yield Verdict(f"{change['repo']}@{change['commit']}", group, language, name, word)


def names(change: dict[str, Any], rule: str) -> Iterator[Name]:
    for kind, listed in change.get(rule, {}).items():
        yield from ((rule, kind, str(name)) for name in listed)


def findings(repo: Path, commit: str, *, stale: bool) -> Iterator[Name]:
    """What ``driftguard run --base COMMIT~1 --head COMMIT`` finds, without starting a process each."""
    with GitTree.open(repo) as tree:
        guard = Guard(tree, AiSync(), tree.resolve(f"{commit}~1"), tree.resolve(commit))
        yield from (("undocumented", item.kind.value, item.name) for item in guard.undocumented())
        if stale:
            yield from ((STALE, gone.item.kind.value, gone.item.name) for gone in guard.stale())


def count(verdicts: list[Verdict]) -> Counter[str]:
    return Counter(verdict.word for verdict in verdicts)


def rates(counts: Counter[str]) -> tuple[float, float]:
    """Precision and recall; 1 where there is nothing to be wrong about."""
    right, missed, wrong = counts["right"], counts["missed"], counts["wrong"]
    return (right / (right + wrong) if right + wrong else 1.0, right / (right + missed) if right + missed else 1.0)


def tables(verdicts: list[Verdict]) -> None:
    by: dict[str, Callable[[Verdict], str]] = {
        "set": lambda verdict: verdict.group,
        "kind": lambda verdict: verdict.name[1] if verdict.name[0] != STALE else STALE,
        "language": lambda verdict: verdict.language,
    }
    for heading, key in by.items():
        print(f"\n| {heading} | right | missed | wrong | precision | recall |\n|---|---|---|---|---|---|")
        for value in sorted({key(verdict) for verdict in verdicts}):
            row(value, [verdict for verdict in verdicts if key(verdict) == value])
    row("total", verdicts)


def row(title: str, verdicts: list[Verdict]) -> None:
    counts = count(verdicts)
    precision, recall = rates(counts)
    print(f"| {title} | {counts['right']} | {counts['missed']} | {counts['wrong']} | {precision:.3f} | {recall:.3f} |")


if __name__ == "__main__":
    default = Path(__file__).with_name("labels.yaml")
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else default))
