"""Long operations: what Azure only begins when it is asked for, followed to its end.

https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from driftguard.clients.azure_errors import from_answer, retry_after
from driftguard.errors import NotFound, StillInUse

PATIENCE = 240.0
"""Seconds to wait for one deletion; a later pass looks again."""

POLL = 5.0
"""Seconds between two looks at an operation that doesn't say how long to wait."""

_SUCCEEDED, _FAILED = ("succeeded",), ("failed", "canceled", "cancelled")

Ask = Callable[[str, Mapping[str, str]], tuple[int, Mapping[str, str], Any]]
"""GET an address with a query: status, headers and JSON. Raises our errors."""


def follow(
    identity: str, version: str, headers: Mapping[str, str], ask: Ask, sleep: Callable[[float], None] = time.sleep
) -> None:
    """Wait for the operation that ``headers`` name; without one, until the resource itself is gone.

    Raises our error for why it failed, and ``StillInUse`` if it takes longer than ``PATIENCE``.
    """
    url = headers.get("Azure-AsyncOperation") or headers.get("Location")
    asked = {} if url else {"api-version": version}
    until, pause = time.monotonic() + PATIENCE, retry_after(headers)
    while (left := until - time.monotonic()) > 0:
        sleep(min(POLL if pause is None else pause, left))
        try:
            status, headers, body = ask(url or identity, asked)
        except NotFound:
            return  # with its resource, or since it ended; the second look tells
        if url and _has_ended(status, body, identity):
            return
        pause = retry_after(headers)
    raise StillInUse(f"{identity} is still being deleted")


def _has_ended(status: int, body: Any, identity: str) -> bool:
    """By what the operation says of itself, else by ``status``."""
    state = str(body.get("status") or "").lower() if isinstance(body, Mapping) else ""
    if state in _FAILED:
        raise from_answer(0, {}, body, f"DELETE {identity}")
    return state in _SUCCEEDED if state else status in (200, 201, 204)
