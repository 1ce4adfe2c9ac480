"""The run's budget: never over it, whatever is asked at the same time."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.ai_sync.budget import PRICES, Budget, OverBudget, estimate
from driftguard.policy import Ai

CHEAP = "gemini-3.5-flash-lite"


def test_what_is_taken_is_never_more_than_the_policy_allows() -> None:
    budget = Budget(Ai(max_tokens=1000))
    budget.hold(CHEAP, 600, 300)
    budget.settle(CHEAP, (600, 300), (600, 300))
    with pytest.raises(OverBudget, match="max_tokens: 1000"):
        budget.hold(CHEAP, 100, 1)
    budget.hold(CHEAP, 50, 50)


def test_what_was_not_taken_can_be_spent_again() -> None:
    budget = Budget(Ai(max_tokens=1000))
    budget.hold(CHEAP, 600, 300)
    budget.settle(CHEAP, (600, 300), (500, 20))
    assert budget.tokens == 520
    budget.hold(CHEAP, 400, 80)


def test_money_is_reckoned_by_the_model_s_price() -> None:
    budget = Budget(
        Ai.model_validate(
            {"max_cost_usd": 1.0, "max_tokens": 10**7, "prices": {"llama": {"input": 0.0, "output": 0.0}}}
        )
    )
    assert budget.cost(CHEAP, 1_000_000, 1_000_000) == pytest.approx(2.80)
    assert budget.cost("llama", 10**9, 10**9) == 0
    with pytest.raises(OverBudget, match="max_cost_usd"):
        budget.hold("gemini-3.5-flash", 1_000_000, 0)


def test_a_model_that_nobody_knows_costs_as_much_as_the_dearest() -> None:
    budget = Budget(Ai())
    assert budget.cost("unheard-of", 1000, 1000) == max(budget.cost(name, 1000, 1000) for name in PRICES)


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400), st.integers(0, 400)), max_size=20))
def test_holding_and_settling_never_leaves_the_budget(requests: list[tuple[int, int, int]]) -> None:
    """As long as nobody takes more than was held for it."""
    budget = Budget(Ai(max_tokens=1000, max_cost_usd=0.001))
    for given_in, given_out, taken in requests:
        try:
            budget.hold(CHEAP, given_in, given_out)
        except OverBudget:
            continue
        budget.settle(CHEAP, (given_in, given_out), (min(taken, given_in), min(taken, given_out)))
        assert 0 <= budget.tokens <= 1000
        assert budget.usd <= 0.001 + 1e-12


def test_what_doesn_t_fit_yet_waits_for_what_is_under_way() -> None:
    """Else it would depend on the wire which part of a change is left out."""
    budget = Budget(Ai(max_tokens=100))
    budget.hold(CHEAP, 90, 0)
    waiting = threading.Thread(target=budget.hold, args=(CHEAP, 50, 0))
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    budget.settle(CHEAP, (90, 0), (10, 0))
    waiting.join(10)
    assert (waiting.is_alive(), budget.tokens) == (False, 60)


def test_threads_share_one_budget() -> None:
    budget = Budget(Ai(max_tokens=100))
    refused: list[OverBudget] = []

    def spend() -> None:
        for _ in range(50):
            try:
                budget.hold(CHEAP, 1, 0)
            except OverBudget as error:
                refused.append(error)
            else:
                budget.settle(CHEAP, (1, 0), (1, 0))

    threads = [threading.Thread(target=spend) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (budget.tokens, len(refused)) == (100, 100)


@given(st.text(alphabet="a\ud800é\n", max_size=20))
def test_an_estimate_never_says_nothing_for_something(text: str) -> None:
    assert (estimate(text) > 0) == (text != "")
