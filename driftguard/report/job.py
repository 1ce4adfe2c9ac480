"""What a run leaves in the job that it runs in: the summary, annotations where no check carries them, and no commands.

GitHub's runner reads commands (``::error::``, ``##[group]``) from whatever a step prints. A report holds text of
strangers, so while it is printed commands are switched off, with a word that nobody can guess.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from driftguard.model import Report
from driftguard.report import annotations as commands
from driftguard.report import markdown

log = logging.getLogger(__name__)


@contextmanager
def deaf(out: TextIO, environ: Mapping[str, str]) -> Iterator[None]:
    """The runner takes no commands from ``out`` meanwhile; outside Actions, nothing is added."""
    word = secrets.token_hex(16) if environ.get("GITHUB_ACTIONS") == "true" else ""
    if word:
        out.write(f"::stop-commands::{word}\n")
        out.flush()
    try:
        yield
    finally:
        if word:
            out.write(f"::{word}::\n")
            out.flush()


def tell(report: Report, environ: Mapping[str, str], out: TextIO) -> None:
    """In Actions: the summary into its file, and workflow commands to ``out`` where no check run was written."""
    if environ.get("GITHUB_ACTIONS") != "true":
        return
    summary = environ.get("GITHUB_STEP_SUMMARY")
    if summary:
        _append(Path(summary), report)
    if commands.wanted(report):
        commands.RENDERER.render(report, out)
        out.flush()


def _append(summary: Path, report: Report) -> None:
    try:
        with summary.open("a", encoding="utf-8") as file:
            markdown.RENDERER.render(report, file)
    except OSError as error:
        log.warning("the job summary could not be written: %s", error.strerror)
