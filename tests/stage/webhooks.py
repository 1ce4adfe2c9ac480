"""The example payloads that GitHub's community keeps, see tests/data/webhooks/README.md."""

import json
import lzma
from collections.abc import Iterator
from pathlib import Path
from typing import Any

PACKED = Path(__file__).parent.parent / "data" / "webhooks" / "examples.json.xz"


def examples() -> Iterator[tuple[str, dict[str, Any]]]:
    """Event name and payload of each."""
    for event in json.loads(lzma.decompress(PACKED.read_bytes())):
        for payload in event["examples"]:
            yield event["name"], payload
