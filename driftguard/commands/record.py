"""An override as a check run holds it, and back. Pure.

Why a check run: only a GitHub App with ``checks: write`` can make one, its ``app`` can't be chosen, and Actions never
sets ``external_id`` on the check runs of jobs. So a stranger can forge neither: not by a comment, not by a job in a
fork's pull request, not by text that another workflow of ours repeats.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from driftguard.forge import CheckRun, Override, Scope

PREFIX = "driftguard/override/v1/"
_HELD = re.compile(r"<!-- driftguard:override ([A-Za-z0-9+/=]{1,20000}) -->")


def external_id(number: int) -> str:
    """What the check run of an override on pull request ``number`` carries."""
    return f"{PREFIX}{number}"


def encode(override: Override) -> str:
    """For the check run's text, unseen by people."""
    plain = asdict(override) | {"made_at": override.made_at.isoformat(), "until": override.until.isoformat()}
    packed = base64.b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode()
    return f"<!-- driftguard:override {packed} -->"


def decode(check: CheckRun, app: str) -> Override | None:
    """The override that ``check`` holds; ``None`` unless ``app`` wrote it and every part of it fits together."""
    match = _HELD.search(check.text)
    if check.app != app or match is None or not check.external_id.startswith(PREFIX):
        return None
    try:
        override = _override(json.loads(base64.b64decode(match[1], validate=True)))
    except (ValueError, TypeError, KeyError, binascii.Error, RecursionError):
        return None
    fits = check.external_id == external_id(override.number) and check.head_sha == override.sha
    return override if fits else None


def _override(plain: Mapping[str, Any]) -> Override:
    times = {name: datetime.fromisoformat(plain[name]) for name in ("made_at", "until")}
    if any(when.tzinfo is None for when in times.values()):
        raise ValueError("a time without a zone")
    return Override(**{**plain, **times, "scope": Scope(plain["scope"])})
