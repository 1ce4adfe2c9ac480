"""What the command line asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from driftguard.model import Mode
from driftguard.plan_file import Reviewed
from driftguard.ports import Progress
from driftguard.progress import Silent

DEFAULT_POLICY = "policy.yaml"
DEFAULT_AUDIT_DIR = Path(".driftguard") / "audit"


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line was asked for. ``mode`` is ``Mode.REHEARSAL`` to force one; nothing forces live."""

    repo_dir: Path = field(default_factory=Path)
    policy_path: Path | None = None
    event_name: str | None = None
    event_path: Path | None = None
    base: str | None = None
    head: str | None = None
    audit_dir: Path = DEFAULT_AUDIT_DIR
    mode: Mode | None = None
    reviewed: Reviewed | None = None
    shard: str | None = None
    progress: Progress = field(default_factory=Silent)


def utc_now() -> datetime:
    return datetime.now(UTC)
