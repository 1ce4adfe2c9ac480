"""One JSON object, for machines: the nouns with their fields."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, TextIO

from pydantic_core import to_json

from driftguard.model import Report
from driftguard.plain import plain
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

_NONCE = re.compile(r'("nonce"\s*:\s*")[^"]*')


class JsonRenderer:
    """Times are RFC 3339 in UTC; characters beyond ASCII are escaped, so that any pipe takes them. No nonce is told."""

    kind: ClassVar[str] = "json"

    def render(self, report: Report, out: TextIO) -> None:
        fields = plain(report, _told)
        for action in fields["actions"]:
            action["body"] = {key: value for key, value in action["body"].items() if key != "nonce"}
        fields["event"]["payload"] = _without_nonces(fields["event"]["payload"])
        ordered = {key: fields[key] for key in _ORDER} | {"savings": plain(savings.of(report))}
        out.write(to_json(ordered, indent=2, ensure_ascii=True).decode() + "\n")


def _without_nonces(value: Any) -> Any:
    """An event may be a question: the payload of one, or an input that holds it as JSON."""
    if isinstance(value, dict):
        return {key: _without_nonces(inner) for key, inner in value.items() if key != "nonce"}
    if isinstance(value, list):
        return [_without_nonces(inner) for inner in value]
    return _NONCE.sub(r"\1[hidden]", value) if isinstance(value, str) else value


def _told(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, timedelta) else value


RENDERER = JsonRenderer()
