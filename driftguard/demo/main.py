"""The demo: a pull request, a rehearsal, one reviewed line, a live run, and the cloud before and after."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from driftguard.demo import aws, azure, gcp, repository
from driftguard.demo.cast import GOES, STAYS, Cloud, Embedded, Names, Resource
from driftguard.demo.loopback import Loopback

_CLOUDS: Mapping[str, Embedded] = {"aws": aws.embedded, "azure": azure.embedded, "gcp": gcp.embedded}
"""By their names in the policy."""

_WITHOUT_WEB_FONTS = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "TERM")


def run(console: Console, directory: Path, picture: Path | None = None) -> int:
    """Tell the story on ``console``, with all files under ``directory``. 0 if everything ended as it should, else 1.

    ``picture`` is an SVG file that the live run and what follows are drawn to.
    """
    directory = directory.resolve()
    with ExitStack() as stack:
        with console.status("starting three clouds in this process"):
            stage = Stage(console, directory, stack.enter_context(_embedded(directory / "clouds")))
            stage.set_up()
        code = stage.play()
    if picture is not None:
        drawn = console.export_svg(title="driftguard demo", code_format=_WITHOUT_WEB_FONTS)
        picture.write_text(drawn, encoding="utf-8")
    return code


@contextmanager
def _embedded(directory: Path) -> Iterator[Mapping[str, Cloud]]:
    loopback, now = Loopback(directory), datetime.now(UTC)
    with ExitStack() as stack:
        yield {name: stack.enter_context(begin(loopback, now)) for name, begin in _CLOUDS.items()}


@dataclass
class Stage:
    """Where the demo happens."""

    console: Console
    directory: Path
    clouds: Mapping[str, Cloud]

    @property
    def shop(self) -> Path:
        return self.directory / "shop"

    def set_up(self) -> None:
        shutil.rmtree(self.directory / "audit", ignore_errors=True)
        repository.build(self.shop, {name: cloud.policy for name, cloud in self.clouds.items()})
        event = {"schedule": "0 3 * * *", "repository": {"full_name": "acme/shop"}}
        (self.directory / "schedule.json").write_text(json.dumps(event), encoding="utf-8")

    def play(self) -> int:
        before = self._names()
        self._scene("1", "A pull request reads a new variable and changes a contract")
        self._driftguard("run", "--dry-run", "--base", "main", "--head", "cache")
        self._scene("2", "The nightly run over three clouds, rehearsed: nothing is changed")
        self._driftguard("run", *self._nightly())
        self._scene("3", "A reviewer lets one line of policy.yaml through")
        repository.go_live(self.shop)
        self._show(Text("- dry_run: true", "red"), Text("+ dry_run: false", "green"))
        self.console.record = True
        self._scene("4", "The same run, live")
        self._driftguard("run", *self._nightly())
        self._scene("5", "The three clouds, read back by the demo itself")
        wrong = self._before_and_after(before, self._names())
        self._scene("6", "The trail says why, when and who")
        self._driftguard("audit", "verify", str(self.directory / "audit"))
        return self._curtain(wrong)

    def _names(self) -> Mapping[str, Names]:
        return {name: cloud.names() for name, cloud in self.clouds.items()}

    def _nightly(self) -> Sequence[str]:
        return "--event-name", "schedule", "--event-path", "../schedule.json"

    def _scene(self, number: str, title: str) -> None:
        self.console.print()
        self.console.rule(
            Text.assemble((f" {number} ", "bold reverse"), "  ", (title, "bold")), align="left", style="dim"
        )

    def _show(self, *lines: Text) -> None:
        for line in lines:
            self.console.print(Padding(line, (0, 0, 0, 2)))

    def _driftguard(self, *words: str) -> None:
        """Run the real command line as its own process, in surroundings that hold nothing of this machine's."""
        shown = " ".join(word for word in words if word != str(self.directory / "audit"))
        self._show(Text.assemble(("$ ", "dim"), (f"driftguard {shown}", "cyan")))
        where = ["--audit-dir", str(self.directory / "audit")] if words[0] == "run" else []
        done = subprocess.run(  # noqa: S603 - this very program
            [sys.executable, "-m", "driftguard", *words, *where],
            cwd=self.shop,
            env=self._surroundings(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        output = done.stdout.decode(errors="replace").replace(f"{self.directory}{os.sep}", "")
        self.console.print(Padding(Text.from_ansi(output.rstrip()), (0, 0, 0, 2)))
        self._show(Text(f"exit code {done.returncode}", "dim"))

    def _surroundings(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        colours = {"FORCE_COLOR": "1"} if self.console.is_terminal and not self.console.no_color else {"NO_COLOR": "1"}
        width = {"COLUMNS": str(self.console.width - 2)}
        user = {"USER": "you", "PYTHONUTF8": "1", "NO_PROXY": "*"}
        clouds = {name: value for cloud in self.clouds.values() for name, value in cloud.environ.items()}
        return kept | colours | width | user | clouds

    def _before_and_after(self, before: Mapping[str, Names], after: Mapping[str, Names]) -> list[Resource]:
        """Show what became of each; those whose fate isn't what it should be."""
        table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
        for heading in ("", "resource", "kind", "it is", "before", "after"):
            table.add_column(heading, no_wrap=True)
        wrong = []
        for name, cloud in self.clouds.items():
            table.add_row("", Text(cloud.name, "bold cyan"))
            for resource in cloud.cast:
                was, there = ((resource.kind, resource.name) in names[name] for names in (before, after))
                right = was and there == (resource.fate == STAYS)
                wrong += [] if right else [resource]
                table.add_row(*_row(resource, right=right, was=was, there=there))
        self.console.print(Padding(table, (0, 0, 0, 2)))
        return wrong

    def _curtain(self, wrong: list[Resource]) -> int:
        self.console.print()
        if wrong:
            names = ", ".join(resource.name for resource in wrong)
            self.console.print(Text(f"✗ not as it should be: {names}", "bold red"))
            return 1
        fates = [resource.fate for cloud in self.clouds.values() for resource in cloud.cast]
        goes, stays = fates.count(GOES), fates.count(STAYS)
        text = f"✓ {goes} expired are gone; {stays} fresh, protected and foreign are all still there"
        self.console.print(Text(text, "bold green"))
        self.console.print(
            Text.assemble("  the audit trail lies in ", (_near(self.directory / "audit" / "audit.jsonl"), "cyan"))
        )
        return 0


def _row(resource: Resource, *, right: bool, was: bool, there: bool) -> Sequence[Text | str]:
    return (
        Text("✓", "green") if right else Text("✗", "bold red"),
        Text(resource.name, "bold"),
        Text(resource.kind.rpartition("/")[2], "dim"),
        resource.story,
        "there" if was else "missing",
        Text("there", "green") if there else Text("gone", "magenta"),
    )


def _near(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
