"""For people at a terminal: what goes, what stays and why, what to do; the verdict last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar, TextIO

from driftguard.model import Action, Conclusion, Decision, Mode, Outcome, Report, Risk, Severity, Status, Verdict
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
Row = tuple[Action, Decision, Outcome]


class ConsoleRenderer:
    """Plain text when ``out`` is no terminal; rich's colours and width when it is."""

    kind: ClassVar[str] = "text"

    def render(self, report: Report, out: TextIO) -> None:
        from rich.console import Console  # noqa: PLC0415 - --format json doesn't need it

        show(report, Console(file=out, highlight=False, emoji=False, width=None if out.isatty() else 120))


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
    return _text(("DriftGuard", "bold"), "  ", mode, f"  {event.kind}  {event.repo}  ", (sha, "dim"))


def _findings(report: Report) -> list[RenderableType]:
    lines: list[RenderableType] = []
    for finding in report.findings[:MOST_ROWS]:
        mark, style = _MARKS[finding.severity]
        place = f"{finding.path}:{finding.line}" if finding.line else finding.path or finding.name
        lines.append(_indented(_text((mark, style), " ", (place, "bold"), "  ", finding.message), 2))
        lines += [_indented(_text((text, "dim")), 6) for text in (finding.evidence,) if text and finding.line]
        lines += [_indented(_text(("add: ", "green"), finding.fix), 6) for _ in (finding.fix,) if finding.fix]
    return _section(f"Findings ({len(report.findings)})", lines, len(report.findings))


def _changes(report: Report) -> list[RenderableType]:
    rows = list(zip(report.actions, report.decisions, report.outcomes, strict=True))
    going = [row for row in rows if row[1].verdict is Verdict.ALLOW and row[0].risk is Risk.DESTROY]
    asking = [row for row in rows if row[1].verdict is Verdict.ALLOW and row[0].risk is not Risk.DESTROY]
    staying = [row for row in rows if row[1].verdict is Verdict.DENY]
    parts: list[RenderableType] = []
    for title, group in (("Goes", going), ("Is asked", asking), ("Stays", staying)):
        if group:
            table = _table(group[:MOST_ROWS])
            parts += ["", *_section(f"{title} ({len(group)})", [table], len(group))]
    return parts[1:]


def _table(rows: Sequence[Row]) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for ratio in (None, None, None, 1):
        table.add_column(ratio=ratio, overflow="fold", no_wrap=False)
    for action, decision, outcome in rows:
        table.add_row(*_cells(action, decision, outcome))
    return Padding(table, (0, 0, 0, 2), expand=False)


def _cells(action: Action, decision: Decision, outcome: Outcome) -> tuple[Text, ...]:
    word, style = _STATUSES[outcome.status]
    if action.risk is not Risk.DESTROY:
        word = {"would go": "would ask", "done": "asked"}.get(word, word)
    target = action.target
    place = target.scope.rpartition("/")[2] if action.risk is Risk.DESTROY else ""
    why = outcome.error or _because(action, decision, outcome)
    line = decision.policy_line.partition(" (")[0]
    return (
        _text((word, style)),
        _text((target.name, "bold")),
        _text((f"{target.type} {place}".strip(), "dim")),
        _text((why, "red" if outcome.error else ""), ("  " + line, "dim")),
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


def _indented(text: Text, columns: int) -> RenderableType:
    from rich.padding import Padding  # noqa: PLC0415

    return Padding(text, (0, 0, 0, columns), expand=False)


def _verdict(report: Report) -> Text:
    word, style = _VERDICTS[report.conclusion]
    counts = Counter(outcome.status for outcome in report.outcomes)
    said = [f"{len(report.findings)} findings"]
    said += [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    said += [f"{len(report.gaps)} gaps"] if report.gaps else []
    unchanged = "; nothing was changed" if report.mode is Mode.REHEARSAL else ""
    return _text(
        (word, style), f"  {', '.join(said)}{unchanged}  ", (f"trail: {report.trail}" if report.trail else "", "dim")
    )


RENDERER = ConsoleRenderer()
