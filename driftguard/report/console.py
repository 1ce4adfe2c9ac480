"""For people at a terminal: what goes, what stays and why, what to do; the verdict last."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, TextIO

from driftguard.model import (
    Action,
    Conclusion,
    Decision,
    Finding,
    Mode,
    Outcome,
    Report,
    Risk,
    Severity,
    Status,
    Verdict,
)
from driftguard.report import savings, words
from driftguard.report.escape import visible

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

MOST_ROWS = 40
"""Rows of one kind before the rest is only counted; `--format json` has them all."""

_MARKS = {Severity.ERROR: ("✗", "bold red"), Severity.WARNING: ("!", "yellow"), Severity.NOTE: ("·", "dim")}
_VERDICTS = {
    Conclusion.CLEAN: ("✓ clean", "bold green"),
    Conclusion.BLOCKED: ("✗ blocked", "bold red"),
    Conclusion.INCOMPLETE: ("! incomplete", "bold yellow"),
}
_STATUSES = {
    Status.SIMULATED: ("would go", "cyan"),
    Status.VERIFIED: ("gone", "green"),
    Status.APPLIED: ("done", "green"),
    Status.DENIED: ("stays", "dim"),
    Status.STALE: ("stays", "yellow"),
    Status.FAILED: ("failed", "bold red"),
}
_SAID = {
    Risk.WRITE: {"would go": "would ask", "done": "asked"},
    Risk.NOTIFY: {"would go": "would tell", "done": "told", "stays": "not told"},
}
PLAIN_WIDTH = 120
"""Columns where ``out`` is no terminal and nobody says otherwise."""

Row = tuple[Action, Decision, Outcome]


class ConsoleRenderer:
    """Plain text when ``out`` is no terminal; rich's colours and width when it is."""

    kind: ClassVar[str] = "text"

    def render(self, report: Report, out: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - --format json doesn't need it

        width = None if out.isatty() or "COLUMNS" in os.environ else PLAIN_WIDTH
        show(report, Console(file=out, highlight=False, emoji=False, width=width))


def show(report: Report, console: Console) -> None:
    """The whole report on ``console``."""
    console.print(_headline(report))
    for part in (_findings(report), _changes(report), _gaps(report), _notes(report.notes)):
        if part:
            console.print()
            for line in part:
                console.print(line)
    console.print()
    console.print(_verdict(report))


def _text(*parts: tuple[str, str] | str) -> Text:
    from rich.text import Text  # noqa: PLC0415

    return Text.assemble(
        *((visible(part), "") if isinstance(part, str) else (visible(part[0]), part[1]) for part in parts)
    )


def _headline(report: Report) -> Text:
    event = report.event
    sha = event.sha[:9] or ("work tree" if event.kind.startswith("pull_request") else "")
    mode = ("dry-run", "bold cyan") if report.mode is Mode.REHEARSAL else ("live", "bold magenta")
    about = "  ".join(filter(None, (event.kind, event.repo)))
    return _text(("DriftGuard", "bold"), "  ", mode, f"  {about}  ", (sha, "dim"))


def _findings(report: Report) -> list[RenderableType]:
    lines = [_indented(_finding(finding), 2) for finding in report.findings[:MOST_ROWS]]
    return _section(f"Findings ({len(report.findings)})", lines, len(report.findings))


def _finding(finding: Finding) -> RenderableType:
    """The mark in a column of its own, so that a long message hangs under its beginning."""
    from rich.table import Table  # noqa: PLC0415

    mark, style = ("☑", "cyan") if finding.waiver else _MARKS[finding.severity]
    place = f"{finding.path}:{finding.line}" if finding.line else finding.path
    about: list[tuple[str, str]] = [(place, "bold"), ("  ", "")] if place else []
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_row(_text((mark, style)), _text(*about, finding.message))
    more = [("", finding.evidence if finding.line else "", "dim"), ("add: ", finding.fix, "green")]
    more += [("", words.waived(finding.waiver), "cyan")] if finding.waiver else []
    for label, text, tone in more:
        if text:
            grid.add_row("", _text((f"  {label}{text}", tone)))
    return grid


def _changes(report: Report) -> list[RenderableType]:
    rows = list(zip(report.actions, report.decisions, report.outcomes, strict=True))
    going = [row for row in rows if row[1].verdict is Verdict.ALLOW and row[0].risk is Risk.DESTROY]
    asking = [row for row in rows if row[1].verdict is Verdict.ALLOW and row[0].risk is Risk.WRITE]
    telling = [row for row in rows if row[1].verdict is Verdict.ALLOW and row[0].risk is Risk.NOTIFY]
    staying = [row for row in rows if row[1].verdict is Verdict.DENY]
    parts: list[RenderableType] = []
    for title, group in (("Goes", going), ("Is asked", asking), ("Stays", staying), ("Is told", telling)):
        if group:
            table = _table(group[:MOST_ROWS])
            parts += ["", *_section(f"{title} ({len(group)})", [table], len(group))]
    return parts[1:]


def _table(rows: Sequence[Row]) -> RenderableType:
    """Reason and policy line under the resource, so that 80 columns are enough."""
    from rich.table import Table  # noqa: PLC0415

    grid = Table.grid(padding=(0, 2, 0, 0))
    for row in rows:
        status, what, why = _cells(*row)
        grid.add_row(status, what)
        grid.add_row("", why)
    return _indented(grid, 2)


def _cells(action: Action, decision: Decision, outcome: Outcome) -> tuple[Text, Text, Text]:
    word, style = _STATUSES[outcome.status]
    target = action.target
    kind = f"  {target.type} in {target.scope.rpartition('/')[2]}" if action.risk is Risk.DESTROY else ""
    cost = savings.price(action, outcome)
    kind += f", {cost}" if cost else ""
    if action.risk is not Risk.DESTROY:
        word = _SAID[action.risk].get(word, word)
    why = outcome.error or _because(action, decision, outcome)
    line = decision.policy_line.partition(" (")[0]
    return (
        _text((word, style)),
        _text((target.name, "bold"), (kind, "dim")),
        _text((why, "red" if outcome.error else ""), (f"  {line}", "dim")),
    )


def _because(action: Action, decision: Decision, outcome: Outcome) -> str:
    if outcome.status in (Status.STALE, Status.DENIED):
        return outcome.note or decision.reason
    return decision.reason if action.risk is Risk.DESTROY else action.why


def _gaps(report: Report) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for gap in report.gaps[:MOST_ROWS]:
        scope = "everything" if gap.scope == "*" else gap.scope
        lines.append(_indented(_text(("! ", "bold yellow"), (scope, "bold"), f"  {gap.what}: {gap.error}"), 2))
    return _section(f"Not looked at ({len(report.gaps)}); nothing is deleted there", lines, len(report.gaps))


def _notes(notes: Iterable[str]) -> list[RenderableType]:
    return [_indented(_text((note, "dim")), 2) for note in notes]


def _section(title: str, lines: list[RenderableType], count: int) -> list[RenderableType]:
    if not lines:
        return []
    left = [_indented(_text((f"… and {count - MOST_ROWS} more (--format json has them all)", "dim")), 2)]
    return [_text((title, "bold underline")), *lines, *(left if count > MOST_ROWS else [])]


def _indented(content: RenderableType, columns: int) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415

    return Padding(content, (0, 0, 0, columns), expand=False)


def _verdict(report: Report) -> Text:
    from rich.text import Text  # noqa: PLC0415

    word, style = _VERDICTS[report.conclusion]
    counts = Counter(outcome.status for outcome in report.outcomes)
    said = [counted(len(report.findings), "finding")]
    said += [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    said += [counted(len(report.gaps), "gap")] if report.gaps else []
    unchanged = "; nothing was changed" if report.mode is Mode.REHEARSAL else ""
    lines = [_text((word, style), f"  {', '.join(said)}{unchanged}")]
    total = savings.sentence(report)
    lines += [_text(("  " + total, "green"))] if total else []
    lines += [_text((f"  trail: {report.trail}", "dim"))] if report.trail else []
    return Text("\n").join(lines)


def counted(count: int, noun: str) -> str:
    """``1 gap``, ``2 gaps``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


RENDERER = ConsoleRenderer()
