"""What our comments carry unseen, so that the next run finds and understands them. Pure.

Nothing here is trusted: what a marker says decides no verdict, and what can't be read counts as absent.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

REPORT = "<!-- driftguard:report:v1 "
"""What the one comment on a pull request begins with."""

REPORT_ID = "driftguard/report/v1/"
"""The ``external_id`` of a report's check run, followed by the pull request's number."""

LATER = "left to the next sweep: "
"""What the outcome of a question begins with that GitHub's limits didn't let go."""

MOST_REMEMBERED = 1000
LONGEST_NAME = 60
LONGEST_LINE = 30_000
"""Characters of the state; a comment takes 65,536, and people come first."""

_LARGEST_STATE = 1 << 20
_STATE = re.compile(re.escape(REPORT) + r"([A-Za-z0-9_=-]{1,60000}) -->")
_ANSWER = re.compile(r"<!-- driftguard:answer:\d{1,19} check:(\d{1,19}) -->")
_FIX = re.compile(r"<!-- driftguard:fix:([0-9a-f]{12}) -->")


def answer(comment: int) -> str:
    """What our answer to that comment begins with."""
    return f"<!-- driftguard:answer:{comment:d} "


def answered(comment: int, check: int = 0) -> str:
    """The first line of an answer; ``check`` is the check run that holds the override it grants."""
    return f"{answer(comment)}check:{check:d} -->" if check else f"{answer(comment)}-->"


def granted(body: str) -> int | None:
    """The check run that an answer of ours names; ``None`` for any other comment."""
    match = _ANSWER.match(body)
    return int(match[1]) if match else None


def short(finding_id: str) -> str:
    """Twelve hex digits for a finding's id, whatever that looks like."""
    return hashlib.sha256(finding_id.encode(errors="surrogateescape")).hexdigest()[:12]


def fix(finding_id: str) -> str:
    """What a suggestion of ours ends with."""
    return f"<!-- driftguard:fix:{short(finding_id)} -->"


def suggested(body: str) -> str | None:
    """The short id of the finding that a suggestion of ours is for."""
    match = _FIX.search(body)
    return match[1] if match else None


@dataclass(frozen=True, slots=True)
class Told:
    """What the comment told last: at which head, which findings (short id -> name), and those of the push before."""

    sha: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    before_sha: str = ""
    before: Mapping[str, str] = field(default_factory=dict)

    def baseline(self, sha: str) -> tuple[str, Mapping[str, str]]:
        """What ``sha`` is compared with: the last push before it, however often it was looked at since."""
        return (self.before_sha, self.before) if sha == self.sha else (self.sha, self.found)


def remembered(findings: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Id and name of each finding in the form that ``Told`` keeps, the first ``MOST_REMEMBERED``."""
    kept = {short(identity): name[:LONGEST_NAME] for identity, name in findings}
    return dict(list(kept.items())[:MOST_REMEMBERED])


def encode(told: Told) -> str:
    """The comment's first line. Where it would grow too long, names go first: ids still tell what was fixed."""
    line = _packed(told)
    if len(line) <= LONGEST_LINE:
        return line
    return _packed(Told(told.sha, dict.fromkeys(told.found, ""), told.before_sha, dict.fromkeys(told.before, "")))


def _packed(told: Told) -> str:
    plain = [told.sha, dict(told.found), told.before_sha, dict(told.before)]
    text = json.dumps(plain, separators=(",", ":"), ensure_ascii=True)
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    return f"{REPORT}{packed} -->"


def decode(body: str) -> Told | None:
    """What the comment told last; ``None`` if it can't be read."""
    match = _STATE.match(body)
    if match is None:
        return None
    try:
        unpacked = zlib.decompressobj().decompress(base64.urlsafe_b64decode(match[1]), _LARGEST_STATE)
        return _told(json.loads(unpacked))
    except (ValueError, TypeError, zlib.error, RecursionError):
        return None


def _told(plain: Any) -> Told:
    sha, found, before_sha, before = plain
    if not isinstance(sha, str) or not isinstance(before_sha, str):
        raise TypeError("not a commit's id")
    return Told(sha, _names(found), before_sha, _names(before))


def _names(plain: Any) -> dict[str, str]:
    if not isinstance(plain, dict):
        raise TypeError("not a table")
    return {str(key): str(name)[:LONGEST_NAME] for key, name in plain.items()}
