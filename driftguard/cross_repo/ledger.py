"""Where questions to consumers are written down: GitHub itself, and nowhere else.

One check run on the pull request's head holds the questions; one commit status a consumer and contract holds its
answer, so that two answers at once never overwrite each other. Only what our App (check runs) and our login (statuses)
wrote counts.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from driftguard.cross_repo.verdicts import Question, State, Verdict
from driftguard.forge import CheckRun, CommitStatus, Forge
from driftguard.policy import Policy

PREFIX = "driftguard/contracts/v1/"
_HELD = re.compile(r"<!-- driftguard:questions ([A-Za-z0-9_=-]{1,60000}) -->")
_LARGEST = 4 << 20
_LONGEST = 140
"""Characters of a status's description, https://docs.github.com/en/rest/commits/statuses#create-a-commit-status."""

STATUS = {
    State.QUEUED: "pending",
    State.ASKED: "pending",
    State.RUNNING: "pending",
    State.PASSED: "success",
    State.WAIVED: "success",
    State.FAILED: "failure",
    State.SILENT: "failure",
    State.CRASHED: "error",
    State.STALE: "error",
    State.UNREACHABLE: "error",
}


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is written down on the heads of one repository's pull requests."""

    forge: Forge
    policy: Policy

    def read(self, repo: str, sha: str, number: int) -> tuple[Verdict, ...]:
        """Every question about that head with its answer so far. Raises a ``DriftGuardError``."""
        runs = self.forge.check_runs(repo, sha, self.policy.cross_repo.check)
        ours = [run for run in runs if run.app == self.policy.github.app and run.external_id == external_id(number)]
        newest = max(ours, key=lambda run: run.id, default=None)
        if newest is None:
            return ()
        return answered(decode(newest), self.forge.statuses(repo, sha), self.policy.github.author)


def external_id(number: int) -> str:
    return f"{PREFIX}{number}"


def context(question: Question) -> str:
    """The context of the status that holds the answer to ``question``."""
    return f"driftguard/{question.contract}: {question.consumer}"


def status(verdict: Verdict, now: datetime) -> dict[str, str]:
    """The fields of a commit status; its description begins with our own word for the state."""
    state = verdict.state(now)
    why = verdict.waiver.why if state is State.WAIVED and verdict.waiver else verdict.why
    said = f"{state.value}: {why}" if why else state.value
    link = {"target_url": verdict.link} if verdict.link.startswith(("https://", "http://")) else {}
    return {"state": STATUS[state], "context": context(verdict.question), "description": said[:_LONGEST], **link}


def answered(verdicts: Iterable[Verdict], statuses: Sequence[CommitStatus], author: str) -> tuple[Verdict, ...]:
    """The same verdicts, moved on to what the statuses that ``author`` wrote say."""
    ours = {one.context: one for one in statuses if one.author.lower() == author.lower()}
    return tuple(_moved_on(verdict, ours.get(context(verdict.question))) for verdict in verdicts)


def _moved_on(verdict: Verdict, found: CommitStatus | None) -> Verdict:
    word, _, why = found.description.partition(": ") if found else ("", "", "")
    if found is None or word not in set(State) - {State.WAIVED, State.QUEUED}:
        return verdict
    return replace(
        verdict, answer=State(word), since=found.at or verdict.since, link=found.link or verdict.link, why=why
    )


def encode(verdicts: Iterable[Verdict]) -> str:
    """For the check run's text, unseen by people."""
    text = json.dumps([_plain(verdict) for verdict in verdicts], separators=(",", ":"))
    packed = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode()
    return f"<!-- driftguard:questions {packed} -->"


def decode(run: CheckRun) -> tuple[Verdict, ...]:
    """The questions that a check run holds; none if they can't be read."""
    match = _HELD.search(run.text)
    if match is None:
        return ()
    try:
        text = zlib.decompressobj().decompress(base64.urlsafe_b64decode(match[1]), _LARGEST)
        return tuple(_verdict(plain, run.head_sha) for plain in json.loads(text))
    except (ValueError, TypeError, KeyError, zlib.error, RecursionError):
        return ()


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
    }


def _verdict(plain: Mapping[str, Any], sha: str) -> Verdict:
    timeout, asked_at = timedelta(seconds=plain["t"]), datetime.fromtimestamp(plain["a"], UTC)
    question = Question(
        plain["c"], plain["n"], sha, plain["d"], plain["h"], required=plain["r"] is True, timeout=timeout
    )
    return Verdict(question, State(plain["s"]), asked_at, asked_at, why=str(plain["w"]))
