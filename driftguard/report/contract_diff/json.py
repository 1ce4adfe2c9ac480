"""One JSON object, for machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import ClassVar, TextIO

from driftguard.model import ContractDiff


class JsonDiffRenderer:
    """``{"type", "old", "new", "conclusion", "changes": [...]}``, each change with the fields of ``model.Change``."""

    kind: ClassVar[str] = "json"

    def render(self, diff: ContractDiff, out: TextIO) -> None:
        document = {
            "type": diff.type,
            "old": diff.old,
            "new": diff.new,
            "conclusion": diff.conclusion,
            "changes": [asdict(change) for change in diff.changes],
        }
        json.dump(document, out, indent=2)
        out.write("\n")


RENDERER = JsonDiffRenderer()
