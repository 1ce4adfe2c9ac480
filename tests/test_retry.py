"""Backoff: bounded, only for what is transient, and as patient as the remote asks."""

import pytest

from driftguard.errors import PermanentError, TransientError
from driftguard.retry import Backoff, with_backoff


class Flaky:
    """Fails with each of ``errors``, then answers."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.calls = 0

    def __call__(self, word: str) -> str:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return word


def test_a_transient_error_is_tried_again_and_the_answer_comes_through() -> None:
    waits: list[float] = []
    flaky = Flaky(TransientError("busy"), TransientError("busy"))
    assert with_backoff(flaky, Backoff(sleep=waits.append))("hello") == "hello"
    assert flaky.calls == 3
    assert all(0 <= wait <= Backoff().longest for wait in waits)


def test_what_the_remote_asks_for_is_what_is_waited() -> None:
    waits: list[float] = []
    with_backoff(Flaky(TransientError("busy", retry_after=7.5)), Backoff(sleep=waits.append))("x")
    assert waits == [7.5]


def test_a_permanent_error_is_not_tried_again() -> None:
    flaky = Flaky(PermanentError("no"))
    with pytest.raises(PermanentError):
        with_backoff(flaky, Backoff(sleep=lambda _: None))("x")
    assert flaky.calls == 1


def test_after_the_last_attempt_the_last_error_comes_unchanged() -> None:
    flaky = Flaky(*(TransientError(f"busy {n}") for n in range(9)))
    with pytest.raises(TransientError, match="busy 2"):
        with_backoff(flaky, Backoff(attempts=3, sleep=lambda _: None))("x")


def test_a_wait_that_would_go_past_the_total_is_not_begun() -> None:
    waits: list[float] = []
    flaky = Flaky(TransientError("busy", retry_after=3600))
    with pytest.raises(TransientError):
        with_backoff(flaky, Backoff(total=60, sleep=waits.append))("x")
    assert waits == []
