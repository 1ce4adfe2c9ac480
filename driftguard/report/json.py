"""One JSON object, for machines: the nouns with their fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, TextIO

from driftguard.model import Action, Report
from driftguard.report import savings

_ORDER = (
    "run_id",
    "event",
    "mode",
    "conclusion",
    "findings",
    "actions",
    "decisions",
    "outcomes",
    "gaps",
    "notes",
    "trail",
)


class JsonRenderer:
    """Times are RFC 3339 in UTC; characters beyond ASCII are escaped, so that any pipe takes them. No nonce is told."""

    kind: ClassVar[str] = "json"

    def render(self, report: Report, out: TextIO) -> None:
        parts = {name: getattr(report, name) for name in _ORDER} | {"savings": savings.of(report)}
        parts["actions"] = [_told(action) for action in report.actions]
        out.write("{\n")
        out.write(",\n".join(f'  "{name}": {_lines(part)}' for name, part in parts.items()))
        out.write("\n}\n")


def _told(action: Action) -> Action:
    return replace(action, body={key: value for key, value in action.body.items() if key != "nonce"})


def _lines(part: Any) -> str:
    """A list with an item a line: a report of a thousand resources stays readable, and quick to write."""
    if not isinstance(part, list | tuple) or not part:
        return _compact(part)
    return "[\n    " + ",\n    ".join(map(_compact, part)) + "\n  ]"


def _compact(value: Any) -> str:
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    return dict(value) if isinstance(value, Mapping) else str(value)


RENDERER = JsonRenderer()
