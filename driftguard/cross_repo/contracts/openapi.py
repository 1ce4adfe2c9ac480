"""OpenAPI 3.1, 3.0 and Swagger 2.0: what a change breaks, by the rules in docs/openapi-rules.md."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import ClassVar

from driftguard.cross_repo.contracts.changes import Change, Version
from driftguard.cross_repo.openapi.compare import compare
from driftguard.cross_repo.openapi.lifecycle import Calendar

_TOP = re.compile(rb"""(^|[{,\n])\s*["']?(openapi|swagger)["']?\s*:\s*["']?[23]""")
_NAMES = (".json", ".yaml", ".yml")


class OpenApiDiffer:
    """Sunset dates count from today (UTC)."""

    kind: ClassVar[str] = "openapi"

    def claims(self, path: str, head: bytes) -> bool:
        return path.lower().endswith(_NAMES) and _TOP.search(head) is not None

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        return compare(old, new, Calendar(datetime.now(UTC).date()))


DIFFER = OpenApiDiffer()
