"""Logs: JSON lines in CI, readable in a terminal, always on stderr, never with a secret or a forged line."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TextIO

from driftguard.redaction import Redactor, secret_values

__all__ = ["LogStyle", "Redactor", "configure", "pick_style", "secret_values"]

Redact = Callable[[str], str]

_COLOURS = {logging.WARNING: "\x1b[33m", logging.ERROR: "\x1b[31m", logging.CRITICAL: "\x1b[31m"}
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class LogStyle(StrEnum):
    TEXT = "text"
    JSON = "json"


def pick_style(environ: Mapping[str, str], stream: TextIO) -> LogStyle:
    """JSON where a machine reads (Actions, any CI), text otherwise."""
    in_ci = environ.get("GITHUB_ACTIONS") == "true" or environ.get("CI", "").lower() in ("1", "true")
    return LogStyle.JSON if in_ci and not stream.isatty() else LogStyle.TEXT


def configure(stream: TextIO, style: LogStyle, redact: Redact, level: int) -> None:
    """Send this package's logs to ``stream``; a second call replaces the first."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_json(redact) if style is LogStyle.JSON else _Text(redact, coloured=stream.isatty()))
    log = logging.getLogger("driftguard")
    log.handlers[:] = [handler]
    log.propagate = False
    log.setLevel(level)


class _Text(logging.Formatter):
    """``12:00:01 warning message``, one line, control characters escaped so that no line can be forged."""

    def __init__(self, redact: Redact, *, coloured: bool) -> None:
        super().__init__()
        self._redact = redact
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        text = self._redact(_message(record))
        line = f"{datetime.fromtimestamp(record.created, UTC):%H:%M:%S} {record.levelname.lower():7} {text}"
        colour = _COLOURS.get(record.levelno) if self._coloured else None
        return f"{colour}{line}\x1b[0m" if colour else line


def _message(record: logging.LogRecord) -> str:
    text = record.getMessage()
    if record.exc_info and record.exc_info[1] is not None:
        text = f"{text}: {record.exc_info[1]!r}"
    return _UNSEEN.sub(lambda match: ascii(match[0])[1:-1], text)


def _json(redact: Redact) -> logging.Formatter:
    from pythonjsonlogger.json import JsonFormatter  # noqa: PLC0415 - 36 ms that a terminal doesn't need

    class Redacting(JsonFormatter):
        def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
            """Redact before encoding: a hidden value must not take a quote's backslash with it."""
            return {key: _redacted(value, redact) for key, value in super().process_log_record(log_data).items()}

        def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802, ARG002 - logging's name
            return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

    return Redacting(
        "{asctime}{levelname}{name}{message}",
        style="{",
        rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
        json_ensure_ascii=True,
    )


def _redacted(value: Any, redact: Redact) -> Any:
    if isinstance(value, dict):
        return {key: _redacted(item, redact) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_redacted(item, redact) for item in value]
    return value if value is None or isinstance(value, (bool, int, float)) else redact(str(value))
