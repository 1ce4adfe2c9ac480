"""Waiting for what Google only begins: Compute's, GKE's and Cloud SQL's operations, and google.longrunning's."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from driftguard.clients.gcp_errors import of_operation
from driftguard.errors import NotFound, StillInUse

FIRST, LONGEST = 0.25, 10.0
"""Seconds between two looks, doubled each time."""

Ask = Callable[[str], Mapping[str, Any]]
"""GET a path of the same service."""


def finish(answer: Mapping[str, Any], path: str, ask: Ask, pause: Callable[[float], None], patience: float) -> None:
    """Wait until what was begun at ``path`` has ended; an answer without an operation has ended already.

    Raises what the operation says went wrong, and ``StillInUse`` when ``patience`` (in seconds) ends.
    """
    until, gap = time.monotonic() + patience, FIRST
    while (name := _name(answer)) and not _done(answer):
        if time.monotonic() > until:
            raise StillInUse(f"{path} is still being deleted")
        pause(gap)
        gap = min(gap * 2, LONGEST)
        try:
            answer = ask(_where(path, name))
        except NotFound:
            return  # forgotten as soon as it ended; the gate looks at what is really there
    if answer.get("error"):
        raise of_operation(answer["error"], answer.get("httpErrorStatusCode")).error(f"deleting {path}")


def _name(answer: Mapping[str, Any]) -> str:
    name = str(answer.get("name") or "")
    return name if "operations/" in name or "status" in answer else ""


def _done(answer: Mapping[str, Any]) -> bool:
    return answer.get("done") is True or answer.get("status") == "DONE"


def _where(path: str, name: str) -> str:
    """google.longrunning names an operation from the API's root; the others lie beside the resource's collection."""
    if "operations/" in name:
        return f"{path.partition('/projects/')[0]}/{name}"
    return f"{path.rsplit('/', 2)[0]}/operations/{name}"
