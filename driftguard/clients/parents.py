"""Policies that others extend: from the cache by their commit, else through GitHub's API."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from driftguard.clients.contents import file_at
from driftguard.clients.github_api import API, ReadApi, repo_path
from driftguard.errors import PermanentError, UsageError
from driftguard.policy import Reference
from driftguard.ports import ParentFile


def parents(environ: Mapping[str, str]) -> ParentStore:
    """A ``ports.Parents`` whose cache lies where the environment says caches do."""
    home = environ.get("XDG_CACHE_HOME") or str(Path(environ.get("HOME") or tempfile.gettempdir()) / ".cache")
    return ParentStore(environ, Path(home) / "driftguard" / "policies")


@dataclass(frozen=True)
class ParentStore:
    """``ports.Parents``. What one commit holds never changes, so it is fetched once; a branch is asked for anew."""

    environ: Mapping[str, str]
    cache: Path
    _seen: dict[Reference, ParentFile] = field(default_factory=dict)

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        if reference not in self._seen:
            self._seen[reference] = self._fetched(reference, tokens)
        return self._seen[reference]

    def _fetched(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        if reference.pinned and (data := self._kept(reference, reference.ref)) is not None:
            return ParentFile(reference.ref, data)
        api = ReadApi(self._token(reference, tokens), self._url)
        sha = reference.ref if reference.pinned else _resolved(api, reference)
        data = self._kept(reference, sha)
        if data is None:
            data = file_at(api, reference.repo, sha, reference.path)
            self._keep(reference, sha, data)
        return ParentFile(sha, data)

    def _token(self, reference: Reference, tokens: Sequence[str]) -> str:
        token = next(filter(None, map(self.environ.get, tokens)), None)
        if token is None:
            why = "is not in the cache" if reference.pinned else "can move, so it has to be asked for"
            advice = f"set {' or '.join(tokens)}" + ("" if reference.pinned else ", or name a full commit id")
            raise UsageError(f"{reference} {why}, and there is no token to ask GitHub with; {advice}")
        return token

    @property
    def _url(self) -> str:
        return self.environ.get("GITHUB_API_URL") or API

    def _file(self, reference: Reference, sha: str) -> Path:
        key = f"{self._url}\n{reference.place.lower()}\n{sha}"
        return self.cache / f"{hashlib.sha256(key.encode()).hexdigest()}.yaml"

    def _kept(self, reference: Reference, sha: str) -> bytes | None:
        try:
            return self._file(reference, sha).read_bytes()
        except OSError:
            return None

    def _keep(self, reference: Reference, sha: str, data: bytes) -> None:
        """Whole or not at all; a cache that can't be written costs a request the next time, nothing else."""
        with suppress(OSError):
            self.cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, name = tempfile.mkstemp(dir=self.cache)
            with os.fdopen(handle, "wb") as out:
                out.write(data)
            Path(name).replace(self._file(reference, sha))


def _resolved(api: ReadApi, reference: Reference) -> str:
    """The commit that a tag or branch names now."""
    found: Any = api.get(f"{repo_path(reference.repo)}/commits/{quote(reference.ref, safe='')}")
    sha = found.get("sha") if isinstance(found, Mapping) else None
    if not isinstance(sha, str) or not Reference(reference.repo, reference.path, sha).pinned:
        raise PermanentError(f"{reference}: GitHub's answer names no commit")
    return sha
