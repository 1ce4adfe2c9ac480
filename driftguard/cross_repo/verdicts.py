"""What became of a question to a consumer. Pure: a verdict and a message give a verdict, or a reason why not.

One question is about one consumer, one contract and one head. Its nonce goes to the consumer alone; what is kept is
the nonce's SHA-256, so that who can read our records still can't answer in the consumer's name.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from driftguard.model import Waiver


class State(StrEnum):
    """``STALE``: the head moved, so the answer is about something that nobody merges any more."""

    QUEUED = "queued"
    ASKED = "asked"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    CRASHED = "crashed"
    SILENT = "silent"
    STALE = "stale"
    UNREACHABLE = "unreachable"
    WAIVED = "waived"


OPEN = frozenset({State.QUEUED, State.ASKED, State.RUNNING})
"""An answer may still come."""

ANSWERS = frozenset({State.RUNNING, State.PASSED, State.FAILED, State.CRASHED})
"""What a consumer can say."""


@dataclass(frozen=True, slots=True)
class Question:
    """``digest`` is the SHA-256 of the proposed contract; ``timeout`` counts from when it was sent."""

    consumer: str
    contract: str
    sha: str
    digest: str
    nonce_sha256: str
    required: bool
    timeout: timedelta


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where a question stands. ``since`` is when it came to ``answer``; ``link`` leads to the consumer's run."""

    question: Question
    answer: State
    asked_at: datetime
    since: datetime
    link: str = ""
    why: str = ""
    waiver: Waiver | None = None

    def state(self, now: datetime) -> State:
        """A waiver covers whatever the answer is, until it ends."""
        waived = self.waiver is not None and (self.waiver.until is None or now < self.waiver.until)
        return State.WAIVED if waived else self.answer

    @property
    def deadline(self) -> datetime:
        return self.asked_at + self.question.timeout


@dataclass(frozen=True, slots=True)
class Sent:
    """The question is on its way."""

    at: datetime
    link: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """It could not be sent: no such repository, no App installed there, no permission."""

    at: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Answered:
    """What somebody says in the consumer's name."""

    at: datetime
    consumer: str
    contract: str
    sha: str
    digest: str
    nonce: str
    says: State
    link: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A sweep came by, and the pull request's head was ``head``."""

    at: datetime
    head: str


@dataclass(frozen=True, slots=True)
class Waived:
    at: datetime
    waiver: Waiver


Message = Sent | Refused | Answered | Looked | Waived


@dataclass(frozen=True, slots=True)
class Step:
    """The verdict after a message; ``ignored`` says why the message changed nothing, for the trail."""

    verdict: Verdict
    ignored: str = ""


def ask(question: Question, now: datetime) -> Verdict:
    """A question that nobody has sent yet."""
    return Verdict(question, State.QUEUED, now, now)


def step(verdict: Verdict, message: Message) -> Step:
    """Never moves out of an answer but to ``STALE``: one question has one answer."""
    match message:
        case Sent():
            return _sent(verdict, message)
        case Refused():
            return _moved(verdict, message.at, State.UNREACHABLE, message.why, {State.QUEUED})
        case Answered():
            return _answered(verdict, message)
        case Looked():
            return _looked(verdict, message)
        case Waived():
            return Step(replace(verdict, waiver=message.waiver))


def _sent(verdict: Verdict, message: Sent) -> Step:
    moved = _moved(verdict, message.at, State.ASKED, "", {State.QUEUED})
    if moved.ignored:
        return moved
    return Step(replace(moved.verdict, asked_at=message.at, link=message.link))


def _moved(verdict: Verdict, at: datetime, state: State, why: str, allowed: set[State]) -> Step:
    if verdict.answer not in allowed:
        return Step(verdict, f"it is {verdict.answer} already")
    return Step(replace(verdict, answer=state, since=at, why=why))


def _answered(verdict: Verdict, message: Answered) -> Step:
    ignored = _not_believed(verdict, message)
    if ignored:
        return Step(verdict, ignored)
    told = replace(verdict, answer=message.says, since=message.at, link=message.link or verdict.link, why=message.why)
    return Step(told)


def _not_believed(verdict: Verdict, message: Answered) -> str:
    """Why an answer counts for nothing; "" if it counts."""
    question = verdict.question
    forged = not hmac.compare_digest(nonce_sha256(message.nonce), question.nonce_sha256)
    over = f"{verdict.deadline:%Y-%m-%d %H:%M} UTC"
    doubts = (
        ((message.consumer, message.contract) != (question.consumer, question.contract), "it answers another question"),
        ((message.sha, message.digest) != (question.sha, question.digest), "it is about another version"),
        (forged, "its nonce is not the one that was sent: forged"),
        (message.says not in ANSWERS, f"'{message.says}' is no answer"),
        (verdict.answer not in (State.ASKED, State.RUNNING), f"it is {verdict.answer} already: a repeat, or too late"),
        (message.at > verdict.deadline, f"it came after {over}: too late"),
    )
    return next((said for doubted, said in doubts if doubted), "")


def _looked(verdict: Verdict, message: Looked) -> Step:
    if verdict.answer is State.STALE:
        return Step(verdict)
    if message.head != verdict.question.sha:
        moved = replace(verdict, answer=State.STALE, since=message.at, why="the pull request's head moved")
        return Step(moved)
    if verdict.answer in (State.ASKED, State.RUNNING) and message.at > verdict.deadline:
        return Step(replace(verdict, answer=State.SILENT, since=message.at, why="no answer in time"))
    return Step(verdict)


def nonce_sha256(nonce: str) -> str:
    return hashlib.sha256(nonce.encode(errors="surrogatepass")).hexdigest()


class Together(StrEnum):
    """What all verdicts on one head say."""

    GREEN = "green"
    WAITING = "waiting"
    RED = "red"


def aggregate(verdicts: Iterable[Verdict], now: datetime) -> Together:
    """Green only if every required consumer passed or is waived; advisory ones never hold anything up."""
    states = {verdict.state(now) for verdict in verdicts if verdict.question.required}
    if states <= {State.PASSED, State.WAIVED}:
        return Together.GREEN
    return Together.RED if states - OPEN - {State.PASSED, State.WAIVED, State.STALE} else Together.WAITING
