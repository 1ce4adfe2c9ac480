"""Answers of earlier runs on disk, by the hash of all that they depend on. A lost or broken one is asked again."""

from __future__ import annotations

import hashlib
import logging
import tempfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from driftguard.ai_sync.claims import Claim, Claims

log = logging.getLogger(__name__)

MOST_KEPT = 5_000
"""Answers in one directory; the oldest go first."""


def key(*parts: str) -> str:
    """A name for an answer; changes when any part does, however they are cut."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="replace")
        digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Answers:
    """``directory`` is ``None`` where the policy wants none kept. Never raises: a cache that fails is no cache."""

    directory: Path | None

    @classmethod
    def at(cls, place: str) -> Answers:
        """``place`` as the policy writes it, ``~`` for the home directory."""
        try:
            return cls(Path(place).expanduser() if place else None)
        except RuntimeError:  # there is no home directory
            return cls(None)

    def get(self, name: str) -> tuple[Claim, ...] | None:
        """What was answered then; ``None`` if that isn't known."""
        if self.directory is None:
            return None
        try:
            return Claims.model_validate_json((self.directory / f"{name}.json").read_bytes()).claims
        except (OSError, ValidationError):
            return None

    def put(self, name: str, claims: Iterable[Claim]) -> None:
        """Whole or not at all, so that a kill or a second run at the same time leaves no half answer."""
        if self.directory is None:
            return
        try:
            text = Claims(claims=tuple(claims)).model_dump_json()
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            _replace(self.directory / f"{name}.json", text)
        except (OSError, ValueError) as error:
            log.debug("the answer was not kept: %s", type(error).__name__)

    def prune(self) -> None:
        """Let the oldest go where there are too many."""
        for path in self._by_age()[:-MOST_KEPT]:
            with suppress(OSError):
                path.unlink()

    def _by_age(self) -> Sequence[Path]:
        try:
            found = [(path.stat().st_mtime, path) for path in self.directory.iterdir()] if self.directory else []
        except OSError:
            return []
        return [path for _, path in sorted(found)]


def _replace(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
        try:
            file.write(text)
            file.close()
            Path(file.name).replace(path)
        except OSError:
            Path(file.name).unlink(missing_ok=True)
            raise
