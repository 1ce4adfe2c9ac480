"""Which event a run is about, and who caused it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from driftguard import events
from driftguard.errors import UsageError
from driftguard.model import Event
from driftguard.wiring.request import Request, utc_now
from driftguard.wiring.sources import LazySources, run_url


def receive(request: Request, sources: LazySources, environ: Mapping[str, str]) -> Event:
    """The event that was named, else the one Actions hands over, else the reviewed plan's, else the local git range."""
    event = webhook(request, environ)
    if event is not None:
        return event
    ranged = request.base is not None or request.head is not None
    if request.reviewed is not None and not ranged:
        return request.reviewed.occasion.event
    actor = environ.get("GITHUB_ACTOR") or environ.get("USER") or environ.get("USERNAME") or ""
    repo = environ.get("GITHUB_REPOSITORY") or sources.tree.remote_repo()
    return events.from_range(sources.tree, repo, request.base, request.head, actor, sources.clock)


def webhook(request: Request, environ: Mapping[str, str]) -> Event | None:
    named = request.event_name is not None
    ranged = request.base is not None or request.head is not None
    if named and ranged:
        raise UsageError("--event-name and --base/--head say two different events; give one of them")
    if not named and (ranged or environ.get("GITHUB_ACTIONS") != "true"):
        return None
    name = request.event_name or environ.get("GITHUB_EVENT_NAME") or ""
    path = request.event_path or (None if named else environ.get("GITHUB_EVENT_PATH"))
    return events.from_webhook(name, _payload(path), environ, utc_now)


def _payload(path: str | Path | None) -> bytes:
    if not path:
        return b"{}"
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}; --event-path names the file with the event's JSON") from error


def who(event: Event, environ: Mapping[str, str]) -> Mapping[str, str]:
    """Actor, run URL and commit, for every record of the trail."""
    return {"actor": event.actor, "run_url": run_url(environ), "commit": event.sha}
