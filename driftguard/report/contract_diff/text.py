"""For people: a table a level at a terminal; one line a change, for grep, where ``out`` is none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, TextIO

from driftguard.model import Change, Conclusion, ContractDiff, Level
from driftguard.report.escape import visible

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

MOST_ROWS = 100
"""Changes of one level in a table before the rest is only counted; `--format json` has them all."""

_STYLES = {Level.BREAKING: ("✗", "bold red"), Level.DANGEROUS: ("!", "yellow"), Level.INFO: ("·", "dim")}
_TITLES = {
    Level.BREAKING: "Breaking",
    Level.DANGEROUS: "Dangerous: breaks some consumers",
    Level.INFO: "Harmless",
}


class TextDiffRenderer:
    kind: ClassVar[str] = "text"

    def render(self, diff: ContractDiff, out: TextIO) -> None:
        if out.isatty():
            from rich.console import Console  # noqa: PLC0415 - a pipe doesn't need it

            show(diff, Console(file=out, highlight=False, emoji=False))
        else:
            out.writelines(f"{line}\n" for line in _lines(diff))


def _lines(diff: ContractDiff) -> list[str]:
    return [*(_line(change) for level in Level for change in _of(diff, level)), _summary(diff)]


def _line(change: Change) -> str:
    about = f"{visible(change.message)} [{visible(change.location)}]"
    return f"{change.level.value:9} {_place(change)}: {change.rule}: {about}"


def show(diff: ContractDiff, console: Console) -> None:
    """The same at a terminal, worst first, the verdict last."""
    from rich.text import Text  # noqa: PLC0415

    console.print(Text.assemble((diff.type, "bold"), f"  {visible(diff.old)} → {visible(diff.new)}"))
    for level in Level:
        changes = _of(diff, level)
        if changes:
            console.print()
            console.print(Text(f"{_TITLES[level]} ({len(changes)})", "bold underline"))
            console.print(_table(level, changes[:MOST_ROWS]))
        if len(changes) > MOST_ROWS:
            console.print(Text(f"  … and {len(changes) - MOST_ROWS} more (--format json has them all)", "dim"))
    console.print()
    style = "bold red" if diff.conclusion is Conclusion.BLOCKED else "bold green"
    mark = "✗" if diff.conclusion is Conclusion.BLOCKED else "✓"
    console.print(Text.assemble((f"{mark} ", style), (_summary(diff), style)))


def _table(level: Level, changes: Sequence[Change]) -> Table:
    """The message first, since it is what people read; rule and places below it, so that 80 columns are enough."""
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    mark, style = _STYLES[level]
    grid = Table.grid(padding=(0, 1, 0, 0))
    for change in changes:
        grid.add_row(Text(f"  {mark}", style), Text(visible(change.message)))
        about = "  ".join(dict.fromkeys((_place(change), visible(change.location), change.rule)))
        grid.add_row("", Text(about, "dim"))
    return grid


def _of(diff: ContractDiff, level: Level) -> list[Change]:
    return [change for change in diff.changes if change.level is level]


def _place(change: Change) -> str:
    path = visible(change.path)
    return f"{path}:{change.line}" if change.line else path or "-"


def _summary(diff: ContractDiff) -> str:
    counts = [f"{len(_of(diff, level))} {level.value}" for level in Level if _of(diff, level)]
    return ", ".join(counts) if counts else "no changes"


RENDERER = TextDiffRenderer()
