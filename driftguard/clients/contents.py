"""One file of a repository on GitHub, at a commit."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from driftguard.clients.github_api import ReadApi, repo_path
from driftguard.errors import PermanentError

OBJECT = "application/vnd.github.object+json"
"""Asks for a file of more than 1 MB too, whose content then comes from its blob (up to 100 MB).

https://docs.github.com/en/rest/repos/contents#get-repository-content
"""


def file_at(api: ReadApi, repo: str, sha: str, path: str) -> bytes:
    """Raises a ``DriftGuardError``; ``PermanentError`` for what is no file."""
    found = api.get(f"{repo_path(repo)}/contents/{quote(path)}", accept=OBJECT, ref=sha)
    if not isinstance(found, Mapping) or found.get("type") != "file":
        raise PermanentError(f"{repo}: {path} at {sha[:9]} is not a file")
    if found.get("encoding") == "none" and isinstance(found.get("sha"), str):
        found = api.get(f"{repo_path(repo)}/git/blobs/{quote(found['sha'], safe='')}")
    return _decoded(found, f"{repo}: {path} at {sha[:9]}")


def _decoded(found: Mapping[str, Any], what: str) -> bytes:
    content = found.get("content")
    if found.get("encoding") != "base64" or not isinstance(content, str):
        raise PermanentError(f"{what} can't be read from GitHub's answer")
    return base64.b64decode(content)
