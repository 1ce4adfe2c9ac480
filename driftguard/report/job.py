"""What a run leaves in the job that it runs in: the summary, and annotations where no check carries them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from driftguard.model import Report
from driftguard.report import annotations as commands
from driftguard.report import markdown

log = logging.getLogger(__name__)


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
