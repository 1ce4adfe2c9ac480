"""Text of strangers on its way to a job's log: while it is printed, GitHub's runner takes no commands from it.

The runner reads commands (``::error::``, ``##[group]``) from whatever a step prints; they are switched off with a word
that nobody can guess.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO


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
