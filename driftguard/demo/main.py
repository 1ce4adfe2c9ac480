"""The demo: a pull request, a rehearsal, one reviewed line, a live run, and the cloud before and after."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich._export_format import CONSOLE_SVG_FORMAT
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from driftguard.demo import cloud, repository
from driftguard.demo.cloud import CREDENTIALS, Outside, Resource

_WITHOUT_WEB_FONTS = re.sub(r"@font-face \{\{.*?\}\}\s*", "", CONSOLE_SVG_FORMAT, flags=re.DOTALL)
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SYSTEMROOT", "TERM")


def run(console: Console, directory: Path, picture: Path | None = None) -> int:
    """Tell the story on ``console``, with all files under ``directory``. 0 if everything ended as it should, else 1.

    ``picture`` is an SVG file that the live run and what follows are drawn to.
    """
    with ExitStack() as stack:
        with console.status("starting a cloud in this process"):
            stage = Stage(console, directory.resolve(), stack.enter_context(cloud.embedded()))
            stage.set_up()
        code = stage.play()
    if picture is not None:
        drawn = console.export_svg(title="driftguard demo", code_format=_WITHOUT_WEB_FONTS)
        picture.write_text(drawn, encoding="utf-8")
    return code


@dataclass
class Stage:
    """Where the demo happens."""

    console: Console
    directory: Path
    url: str

    def __post_init__(self) -> None:
        self.now = datetime.now(UTC)
        self.cast = cloud.cast(self.now)
        self.outside = Outside(self.url)

    @property
    def shop(self) -> Path:
        return self.directory / "shop"

    def set_up(self) -> None:
        shutil.rmtree(self.directory / "audit", ignore_errors=True)
        repository.build(self.shop)
        self.outside.fill(self.cast, self.now)
        event = {"schedule": "0 3 * * *", "repository": {"full_name": "acme/shop"}}
        (self.directory / "schedule.json").write_text(json.dumps(event), encoding="utf-8")

    def play(self) -> int:
        before = self.outside.names()
        self._scene("1", "A pull request reads a new variable and changes a contract")
        self._driftguard("run", "--dry-run", "--base", "main", "--head", "cache")
        self._scene("2", "The nightly run, rehearsed: nothing is changed")
        self._driftguard("run", *self._nightly())
        self._scene("3", "A reviewer lets one line of policy.yaml through")
        repository.go_live(self.shop)
        self._show(Text("- dry_run: true", "red"), Text("+ dry_run: false", "green"))
        self.console.record = True
        self._scene("4", "The same run, live")
        self._driftguard("run", *self._nightly())
        self._scene("5", "The cloud, read back by the demo itself")
        wrong = self._before_and_after(before, self.outside.names())
        self._scene("6", "The trail says why, when and who")
        self._driftguard("audit", "verify", str(self.directory / "audit"))
        return self._curtain(wrong)

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
        return kept | CREDENTIALS | colours | width | user | {"AWS_ENDPOINT_URL": self.url}

    def _before_and_after(self, before: set[tuple[str, str]], after: set[tuple[str, str]]) -> list[Resource]:
        """Show what became of each; those whose fate isn't what it should be."""
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for heading in ("", "resource", "region", "it is", "before", "after"):
            table.add_column(heading)
        wrong = []
        for resource in self.cast:
            was, there = ((resource.kind, resource.name) in names for names in (before, after))
            right = was and there == (resource.fate == "stays")
            wrong += [] if right else [resource]
            table.add_row(
                Text("✓", "green") if right else Text("✗", "bold red"),
                Text(resource.name, "bold"),
                Text(f"{resource.kind} {resource.region}", "dim"),
                resource.story,
                "there" if was else "missing",
                Text("there", "green") if there else Text("gone", "magenta"),
            )
        self.console.print(Padding(table, (0, 0, 0, 2)))
        return wrong

    def _curtain(self, wrong: list[Resource]) -> int:
        self.console.print()
        if wrong:
            names = ", ".join(resource.name for resource in wrong)
            self.console.print(Text(f"✗ not as it should be: {names}", "bold red"))
            return 1
        goes = sum(resource.fate == "goes" for resource in self.cast)
        text = f"✓ {goes} expired are gone; {len(self.cast) - goes} fresh, protected and foreign are all still there"
        self.console.print(Text(text, "bold green"))
        self.console.print(
            Text.assemble("  the audit trail lies in ", (_near(self.directory / "audit" / "audit.jsonl"), "cyan"))
        )
        return 0


def _near(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
