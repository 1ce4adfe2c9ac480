"""What a run may spend on its judge: tokens and money, held before a request and settled after it."""

from __future__ import annotations

import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from driftguard.errors import PermanentError
from driftguard.policy import Ai, TokenPrice

PRICES: Mapping[str, TokenPrice] = {
    "gemini-3.5-flash-lite": TokenPrice(input=0.30, output=2.50),
    "gemini-3.5-flash": TokenPrice(input=1.50, output=9.00),
    "gemini-3.6-flash": TokenPrice(input=1.50, output=7.50),
    "gemini-3.7-flash": TokenPrice(input=1.50, output=7.50),
    "gemini-3.8-flash": TokenPrice(input=1.50, output=7.50),
}
"""Regular list prices, introductory discounts left out: https://ai.google.dev/gemini-api/docs/pricing, October 2026."""

BYTES_A_TOKEN = 3
"""Code has about 3.5; less errs on the safe side."""


class OverBudget(PermanentError):
    """The run's tokens or money don't reach for another request."""


def estimate(*texts: str) -> int:
    """The tokens of ``texts``, rather too many than too few."""
    return sum(math.ceil(len(text.encode(errors="replace")) / BYTES_A_TOKEN) for text in texts)


@dataclass(slots=True)
class Budget:
    """Safe to share between threads. A model without a known price counts as the dearest in the table.

    What is left doesn't depend on who is quicker: a request that doesn't fit waits for those under way to be settled.
    """

    ai: Ai
    tokens: int = 0
    usd: float = 0.0
    _held: int = 0
    _settled: threading.Condition = field(default_factory=threading.Condition)

    def hold(self, model: str, input_tokens: int, output_tokens: int) -> None:
        """Set the most that a request can take aside. Raises ``OverBudget`` where that is more than is left."""
        tokens, usd = input_tokens + output_tokens, self.cost(model, input_tokens, output_tokens)
        with self._settled:
            self._settled.wait_for(lambda: not self._held or not self._lacks(tokens, usd))
            if lacking := self._lacks(tokens, usd):
                raise OverBudget(lacking)
            self.tokens += tokens
            self.usd += usd
            self._held += 1

    def _lacks(self, tokens: int, usd: float) -> str:
        """The line of the policy that forbids it, or nothing."""
        if self.tokens + tokens > self.ai.max_tokens:
            return f"max_tokens: {self.ai.max_tokens}"
        return f"max_cost_usd: {self.ai.max_cost_usd}" if self.usd + usd > self.ai.max_cost_usd else ""

    def settle(self, model: str, held: tuple[int, int], taken: tuple[int, int]) -> None:
        """Put back what was held, input and output tokens, and book what was taken."""
        with self._settled:
            self.tokens += sum(taken) - sum(held)
            self.usd += self.cost(model, *taken) - self.cost(model, *held)
            self._held -= 1
            self._settled.notify_all()

    def cost(self, model: str, input_tokens: int, output_tokens: int) -> float:
        """US dollars."""
        price = self.ai.prices.get(model) or PRICES.get(model) or max(PRICES.values(), key=lambda each: each.output)
        return (input_tokens * price.input + output_tokens * price.output) / 1_000_000
