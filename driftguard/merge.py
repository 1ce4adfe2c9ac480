"""One report of many: what the last job of a matrix says. A shard that left no report is a gap, never silence."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driftguard import audit
from driftguard.model import Conclusion

REPORT = "report.json"
_MOST_LISTED = 100
_WORDS = {"applied": "gone", "verified": "gone", "denied": "stay", "simulated": "would go", "stale": "had changed"}


@dataclass(frozen=True, slots=True)
class Merged:
    """``conclusion`` is the worst of all; ``lines`` are Markdown, and nobody else's text is in them."""

    conclusion: Conclusion
    deletions: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    name: str
    report: Mapping[str, Any]

    def planned(self) -> int:
        """Deletions that the gate allowed."""
        doomed = self._doomed()
        allowed = (each["action_id"] for each in self.report["decisions"] if each["verdict"] == "allow")
        return sum(action_id in doomed for action_id in allowed)

    def outcomes(self) -> Counter[str]:
        """How each proposed deletion ended, in people's words."""
        doomed = self._doomed()
        ended = (each["status"] for each in self.report["outcomes"] if each["action_id"] in doomed)
        return Counter(_WORDS.get(status, status) for status in ended)

    def _doomed(self) -> set[str]:
        return {action["id"] for action in self.report["actions"] if action["risk"] == "destroy"}


def merge(directory: Path, expected: Sequence[str], most_deletions: int) -> Merged:
    """Merge ``DIR/<name>/report.json`` of each ``expected`` name, and verify each trail below it.

    ``most_deletions`` holds over all of them: each job by itself knows only its own part.
    """
    parts = [part for name in expected if (part := _read(directory / name)) is not None]
    problems = [*_missing(parts, expected), *_over(parts, most_deletions), *_trails(directory, expected)]
    worst = _worst(parts, problems)
    return Merged(worst, sum(part.planned() for part in parts), tuple(_lines(parts, problems, worst)))


@dataclass(frozen=True, slots=True)
class _Problem:
    conclusion: Conclusion
    text: str


def _read(directory: Path) -> _Part | None:
    """The report of one shard; ``None`` if there is none that can be read."""
    try:
        report = json.loads((directory / REPORT).read_bytes())
    except (OSError, ValueError):
        return None
    whole = isinstance(report, dict) and {"actions", "decisions", "outcomes", "gaps", "conclusion"} <= set(report)
    return _Part(directory.name, report) if whole else None


def _missing(parts: Sequence[_Part], expected: Sequence[str]) -> Iterator[_Problem]:
    for name in sorted(set(expected) - {part.name for part in parts}):
        yield _Problem(Conclusion.INCOMPLETE, f"`{name}` left no report: it was not looked at, or not to its end")


def _over(parts: Sequence[_Part], most: int) -> Iterator[_Problem]:
    planned = sum(part.planned() for part in parts)
    if planned > most:
        text = f"{planned} deletions over all jobs, max_deletions is {most}: nothing may be deleted"
        yield _Problem(Conclusion.BLOCKED, text)


def _trails(directory: Path, expected: Sequence[str]) -> Iterator[_Problem]:
    for name in expected:
        for trail in sorted((directory / name).rglob("audit.jsonl")):
            broken = audit.verify(trail.parent).problems
            if broken:
                yield _Problem(Conclusion.INCOMPLETE, f"the trail of `{name}` is not intact: {len(broken)} problems")


def _worst(parts: Sequence[_Part], problems: Sequence[_Problem]) -> Conclusion:
    found = {problem.conclusion for problem in problems} | {Conclusion(part.report["conclusion"]) for part in parts}
    order = (Conclusion.BLOCKED, Conclusion.INCOMPLETE)
    return next((conclusion for conclusion in order if conclusion in found), Conclusion.CLEAN)


def _lines(parts: Sequence[_Part], problems: Sequence[_Problem], worst: Conclusion) -> Iterator[str]:
    total = sum((part.outcomes() for part in parts), Counter[str]())
    yield f"### DriftGuard: {worst.value}, {len(parts)} jobs"
    yield f"{sum(part.planned() for part in parts)} deletions planned; " + (
        ", ".join(f"{count} {status}" for status, count in sorted(total.items())) or "nothing to do"
    )
    yield from (f"- {problem.text}" for problem in problems)
    yield "\n| Job | Conclusion | Planned | Gone | Failed | Gaps |\n|---|---|---|---|---|---|"
    for part in parts[:_MOST_LISTED]:
        ended = part.outcomes()
        cells = (part.planned(), ended["gone"], ended["failed"], len(part.report["gaps"]))
        yield f"| `{part.name}` | {part.report['conclusion']} | {' | '.join(map(str, cells))} |"
    if len(parts) > _MOST_LISTED:
        yield f"\n… and {len(parts) - _MOST_LISTED} more."
