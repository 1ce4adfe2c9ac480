"""A record as one line for people."""

from __future__ import annotations

import re

from driftguard.model import AuditRecord


def line(record: AuditRecord) -> str:
    """``2026-11-23 12:00:00  dry-run  ab12cd34  DECIDED  alice  3 allowed, 1 denied``; control characters escaped."""
    who = record.who.get("actor") or "-"
    what = record.body.get("action_id", "")
    parts = [
        record.at[:19].replace("T", " "),
        f"{record.mode:7}",
        record.run_id[:8],
        f"{record.state:9}",
        who,
        what,
        record.why,
    ]
    return re.sub(
        r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]",
        lambda m: ascii(m[0])[1:-1],
        "  ".join(filter(None, parts)),
    )
