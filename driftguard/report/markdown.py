"""The job summary, the check's summary and the pull-request comment: GitHub's Markdown, all foreign text escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import ClassVar, TextIO

from driftguard.model import Action, Decision, Finding, Mode, Outcome, Report, Risk, Severity, Status
from driftguard.report import savings, words
from driftguard.report.escape import code, markdown, visible

MOST_CHARACTERS = 65_000
"""GitHub takes 65,536 in a comment; the rest is room for what was left out."""

MOST_READY = 20
"""Ready lines that are shown; each has its annotation too."""

_MARKS = {Severity.ERROR: "❌", Severity.WARNING: "⚠️", Severity.NOTE: "💬"}
_WORDS = {
    Status.SIMULATED: ("would go", "would be done"),
    Status.VERIFIED: ("gone", "done"),
    Status.APPLIED: ("done", "done"),
    Status.DENIED: ("stays", "not done"),
    Status.STALE: ("stays, changed since", "not done, changed since"),
    Status.FAILED: ("failed", "failed"),
}
Place = Callable[[Finding], str]
"""Where a finding stands, as Markdown."""


class MarkdownRenderer:
    """Never longer than a comment may be; what was cut is said."""

    kind: ClassVar[str] = "markdown"

    def render(self, report: Report, out: TextIO) -> None:
        mode = "dry-run, nothing was changed" if report.mode is Mode.REHEARSAL else "live"
        out.write(f"### {words.mark(report)} DriftGuard: {markdown(words.headline(report))}\n")
        out.write(f"{markdown(report.event.kind)} · {mode} · run {code(report.run_id[:8])}\n")
        out.write(body(report, MOST_CHARACTERS))


def place(finding: Finding) -> str:
    """Path and line, else the name; ``code`` that no text can leave."""
    return code(f"{finding.path}:{finding.line}" if finding.line else finding.path or finding.name)


def body(report: Report, room: int, new: frozenset[str] = frozenset(), where: Place = place) -> str:
    """Everything below the headline in at most ``room`` bytes; ``new`` holds the ids that the last push brought."""
    return fitted(list(_lines(report, new, where)), room)


def fitted(lines: Sequence[str], room: int) -> str:
    """As many of ``lines`` as go into ``room`` bytes of UTF-8, and how many were left out."""
    kept: list[str] = []
    left = room - 100
    for number, line in enumerate(lines):
        left -= len(line.encode()) + 1
        if left < 0:
            kept.append(f"\n… {len(lines) - number} lines were left out; `--format json` has everything.")
            break
        kept.append(line)
    return "".join(f"{line}\n" for line in kept)


def _lines(report: Report, new: frozenset[str], where: Place) -> Iterator[str]:
    yield from _findings(report.findings, new, where)
    yield from _ready_lines(report.findings)
    yield from _changes(report)
    yield from _gaps(report)
    yield from (f"\n{markdown(note)}" for note in report.notes)
    yield from (f"\n{table}" for table in report.tables)


def _findings(findings: Sequence[Finding], new: frozenset[str], where: Place) -> Iterator[str]:
    if findings:
        yield "\n| | Where | What |\n|---|---|---|"
    for finding in sorted(findings, key=lambda finding: not finding.blocks):
        sign = "☑️" if finding.waiver else _MARKS[finding.severity]
        fresh = " **new**" if finding.id in new else ""
        waiver = f"<br>☑️ {markdown(words.waived(finding.waiver))}" if finding.waiver else ""
        yield f"| {sign}{fresh} | {where(finding)} | {_said(finding)}{waiver} |"


def _said(finding: Finding) -> str:
    """The message, with the name that it is about in code."""
    whole = rf"(?<![\w/.-]){re.escape(finding.name)}(?![\w/-])" if finding.name else r"(?!)"
    match = re.search(whole, finding.message)
    if match is None:
        return markdown(finding.message)
    before, after = finding.message[: match.start()], finding.message[match.end() :]
    return f"{markdown(before)}{code(match[0])}{markdown(after)}"


def _ready_lines(findings: Iterable[Finding]) -> Iterator[str]:
    """Whole or not at all: a cut fence would swallow what follows, so each is one line to ``fitted``."""
    ready = [(finding, fix) for finding in findings if (fix := words.fix(finding)) is not None]
    if not ready:
        return
    parts = [f"{code(fix.path or finding.name)}\n\n{fenced(fix.text)}\n" for finding, fix in ready[:MOST_READY]]
    more = [f"… and {len(ready) - MOST_READY} more\n"] if len(ready) > MOST_READY else []
    yield "\n".join((f"\n<details><summary>Ready to paste ({len(ready)})</summary>\n", *parts, *more, "</details>"))


def fenced(text: str, language: str = "") -> str:
    """``text`` in a fence that is longer than any in it."""
    shown = "\n".join("\t".join(map(visible, line.split("\t"))) for line in text.splitlines())
    longest = max(map(len, re.findall("`+", shown)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{shown}\n{fence}"


def _changes(report: Report) -> Iterator[str]:
    rows = list(zip(report.actions, report.decisions, report.outcomes, strict=True))
    if rows:
        yield "\n| Outcome | What | Where | Why | Policy |\n|---|---|---|---|---|"
    for row in rows:
        yield _change(*row)
    total = savings.sentence(report)
    if total:
        yield f"\n💰 {markdown(total)}"


def _change(action: Action, decision: Decision, outcome: Outcome) -> str:
    why = outcome.error or (outcome.note if outcome.status is Status.STALE else decision.reason)
    word = _WORDS[outcome.status][action.risk is not Risk.DESTROY]
    what = action.target.name if action.risk is Risk.DESTROY else f"{action.kind} {action.target.name}"
    cost = savings.price(action, outcome)
    why = f"{why}; {cost}" if cost else why
    cells = (code(what), code(action.target.path), markdown(why), code(decision.policy_line))
    return f"| {word} | {' | '.join(cells)} |"


def _gaps(report: Report) -> Iterator[str]:
    if report.gaps:
        yield "\n**Not looked at:**\n"
    for gap in report.gaps:
        yield f"- {code(gap.scope)} {markdown(gap.what)}: {markdown(gap.error)}"


RENDERER = MarkdownRenderer()
