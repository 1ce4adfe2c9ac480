"""One check run as a page of questions: what its text holds, unseen by people. Pure.

A page lists the questions of one run, and the files of each contract that they are about.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from driftguard.cross_repo.verdicts import Question, State, Verdict
from driftguard.errors import PermanentError
from driftguard.forge import CheckRun

PREFIX = "driftguard/contracts/v1/"
LARGEST = 60_000
"""Characters of a page; a check run's text takes 65,535."""

_HELD = re.compile(r"<!-- driftguard:questions ([A-Za-z0-9_=-]{1,60000}) -->")
_TOLD = re.compile(r"<!-- driftguard:told ([0-9a-f]{16}) -->")
_UNPACKED = 8 << 20


@dataclass(frozen=True, slots=True)
class Page:
    """``verdicts`` are as they were when it was written; ``paths`` maps a contract's digest to its files."""

    run: CheckRun
    verdicts: tuple[Verdict, ...] = ()
    paths: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """A digest of what was last told on it."""
        match = _TOLD.search(self.run.text)
        return match[1] if match else ""


def external_id(number: int) -> str:
    return f"{PREFIX}{number}"


def text(held: str, digest: str) -> str:
    """A check run's text: a page's ``held`` line, and a digest of what is told on it."""
    return f"{held}\n<!-- driftguard:told {digest} -->"


def held(run: CheckRun) -> str:
    """The line of a page that holds its questions; empty for a page that has none."""
    match = _HELD.search(run.text)
    return match[0] if match else ""


def encode(verdicts: Sequence[Verdict], paths: Mapping[str, Sequence[str]]) -> str:
    """The line that holds them; see ``split`` for its room."""
    about = {verdict.question.digest for verdict in verdicts}
    plain = {
        "v": [_plain(verdict) for verdict in verdicts],
        "p": {digest: list(names) for digest, names in paths.items() if digest in about},
    }
    packed = zlib.compress(json.dumps(plain, separators=(",", ":")).encode(), 9)
    return f"<!-- driftguard:questions {base64.urlsafe_b64encode(packed).decode()} -->"


def split(verdicts: Sequence[Verdict], paths: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """As few lines as hold them all. Raises ``PermanentError`` where one question has too many files for a page."""
    line = encode(verdicts, paths)
    if len(line) <= LARGEST:
        yield line
    elif len(verdicts) > 1:
        half = len(verdicts) // 2
        yield from split(verdicts[:half], paths)
        yield from split(verdicts[half:], paths)
    else:
        question = verdicts[0].question
        raise PermanentError(f"the contract '{question.contract}' has too many files for its names to be written down")


def read(run: CheckRun) -> Page:
    """Raises ``PermanentError`` where a page can't be read: who was asked is then unknown, not nobody."""
    match = _HELD.search(run.text)
    if match is None and not _TOLD.search(run.text):
        raise _unreadable(run)
    if match is None:
        return Page(run)
    try:
        unpacked = zlib.decompressobj().decompress(base64.urlsafe_b64decode(match[1]), _UNPACKED)
        plain = json.loads(unpacked)
        paths = {digest: tuple(map(str, names)) for digest, names in plain["p"].items()}
        return Page(run, tuple(_verdict(each, run.head_sha) for each in plain["v"]), paths)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError, zlib.error, RecursionError):
        raise _unreadable(run) from None


def listed(runs: Sequence[CheckRun], digest: str) -> tuple[str, ...]:
    """The files of the contract with that digest, as any of ``runs`` lists them; the digest proves what is read."""
    for run in runs:
        try:
            found = read(run).paths.get(digest)
        except PermanentError:
            continue
        if found:
            return found
    return ()


def _unreadable(run: CheckRun) -> PermanentError:
    return PermanentError(f"the check run {run.id} holds questions that can't be read: push again to ask anew")


def _plain(verdict: Verdict) -> Mapping[str, Any]:
    question = verdict.question
    return {
        "c": question.consumer,
        "n": question.contract,
        "d": question.digest,
        "h": question.nonce_sha256,
        "r": question.required,
        "t": int(question.timeout.total_seconds()),
        "s": verdict.answer.value,
        "a": int(verdict.asked_at.timestamp()),
        "w": verdict.why[:200],
        "l": verdict.link,
    }


def _verdict(plain: Mapping[str, Any], sha: str) -> Verdict:
    timeout, asked_at = timedelta(seconds=plain["t"]), datetime.fromtimestamp(plain["a"], UTC)
    texts = [plain[key] for key in "cndh"]
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("not a question")
    consumer, contract, digest, kept = texts
    question = Question(consumer, contract, sha, digest, kept, required=plain["r"] is not False, timeout=timeout)
    return Verdict(question, State(plain["s"]), asked_at, asked_at, link=str(plain["l"]), why=str(plain["w"]))
