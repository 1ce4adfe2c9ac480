"""Asking: each part of a change once, of the first model that answers, within the run's time, tokens and money.

Nothing here raises on a model's account. A part that nobody answered says why; what the words of the change were is
never in that reason, nor in a log.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from pydantic import ValidationError

from driftguard import lanes
from driftguard.ai_sync import claims as shape
from driftguard.ai_sync import prompt
from driftguard.ai_sync.budget import Budget, OverBudget, estimate
from driftguard.ai_sync.claims import Claim, Claims
from driftguard.ai_sync.prompt import Part
from driftguard.errors import DriftGuardError, PermanentError, TransientError
from driftguard.model import Consultation
from driftguard.policy import AiSync
from driftguard.ports import Answer, LanguageModel, Question

WIDTH = 4
"""Requests at a time."""
OUTPUT_TOKENS = 8_192
"""The longest answer, thinking included."""
SLACK = 1.0
"""Seconds for a request that was given up to say so by itself."""
ANSWERED = "answered"


@dataclass(frozen=True, slots=True)
class Reply:
    """How one part ended: the model's claims, or ``None`` and why nobody answered."""

    part: Part
    claims: tuple[Claim, ...] | None
    why: str = ""
    left_out: bool = False


@dataclass
class Inquiry:
    """One run's requests. ``consulted`` fills up with one entry a request."""

    model: LanguageModel
    policy: AiSync
    nonce: Callable[[], str] = lambda: secrets.token_hex(8)
    consulted: list[Consultation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.budget = Budget(self.policy.ai)
        self._until = time.monotonic() + self.policy.ai.timeout.total_seconds()
        self._down = threading.Event()

    def ask(self, parts: Sequence[Part]) -> list[Reply]:
        """A reply for each part, in their order; none is waited for beyond the policy's timeout."""
        replies = [Reply(part, None, "timed out") for part in parts]
        calls = [self._call(part) for part in parts]
        until = self._until + SLACK
        for end in lanes.run(calls, width=WIDTH, timeout=until - time.monotonic(), deadline=until):
            if end.error is not None:
                replies[end.index] = Reply(parts[end.index], None, _reason(end.error))
            elif end.value is not None:
                replies[end.index] = end.value
        return replies

    def _call(self, part: Part) -> lanes.Call[Reply]:
        return lambda ticket: self._first_answer(part, ticket)

    def _first_answer(self, part: Part, ticket: lanes.Ticket) -> Reply:
        """The fallbacks in order, each with an equal share of the time that is left."""
        said: list[str] = []
        about_this_part = False
        for number, name in enumerate(self.policy.model):
            if self._down.is_set() or ticket.revoked:
                return Reply(part, None, "; ".join(said))
            try:
                return Reply(part, self._claims(name, part, len(self.policy.model) - number))
            except OverBudget as error:
                return Reply(part, None, str(error), left_out=True)
            except Exception as error:  # noqa: BLE001 - whatever a model does, the guard's answer stands
                said.append(f"{name}: {_reason(error)}")
                about_this_part = about_this_part or type(error) is PermanentError
        if not about_this_part:
            self._down.set()  # nobody answers at all: the other parts needn't find that out, too
        return Reply(part, None, "; ".join(said))

    def _claims(self, name: str, part: Part, sharers: int) -> tuple[Claim, ...]:
        nonce = self.nonce()
        instructions, text = prompt.instructions(nonce), prompt.text(part, nonce)
        held = estimate(instructions, text), OUTPUT_TOKENS
        self.budget.hold(name, *held)
        seconds = max(0.0, self._until - time.monotonic()) / sharers
        question = Question(instructions, text, shape.schema(), OUTPUT_TOKENS, seconds)
        taken = held[0], 0  # of a request that failed nobody knows what was billed
        outcome = "timed out"
        try:
            answer = _within(lambda: self.model.ask(name, question), seconds)
            taken = answer.input_tokens or held[0], answer.output_tokens or estimate(answer.text)
            found = Claims.model_validate_json(answer.text).claims
            outcome = ANSWERED
        except ValidationError:
            outcome = "the answer has another shape than was asked for"
            raise PermanentError(outcome) from None  # its text would repeat the answer
        except Exception as error:
            outcome = _reason(error)
            raise
        finally:
            self.budget.settle(name, held, taken)
            self._record(name, question, outcome, taken)
        return found

    def _record(self, name: str, question: Question, outcome: str, taken: tuple[int, int]) -> None:
        digest = hashlib.sha256(f"{question.instructions}\0{question.text}".encode()).hexdigest()
        self.consulted.append(Consultation(name, digest, outcome, *taken, round(self.budget.cost(name, *taken), 6)))


def _within(call: Callable[[], Answer], seconds: float) -> Answer:
    """A server that drips an answer byte by byte never times out by itself."""
    end = next(lanes.run([lambda _: call()], width=1, timeout=seconds, deadline=time.monotonic() + seconds))
    if end.error is not None:
        raise end.error
    if end.value is None:
        raise TransientError("timed out")
    return end.value


def _reason(error: BaseException) -> str:
    """Our own errors say it without a word of the change; of any other only the name is told."""
    return str(error) if isinstance(error, DriftGuardError) else f"internal error: {type(error).__name__}"
