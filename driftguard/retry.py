"""Backoff, in one place: the only import of tenacity.

Only ``TransientError`` is tried again; what the remote asked for in ``retry_after`` is honoured, and the total
time is bounded. SDKs' own retries are off wherever this is used, or the two would multiply.
"""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

import tenacity

from driftguard.errors import TransientError

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Backoff:
    """How patiently to try: at most ``attempts`` calls within ``total`` seconds, waiting up to ``longest`` between."""

    attempts: int = 5
    first: float = 0.2
    longest: float = 20.0
    total: float = 120.0
    sleep: Callable[[float], None] = time.sleep


def with_backoff(function: Callable[P, R], backoff: Backoff = Backoff()) -> Callable[P, R]:
    """``function``, tried again on ``TransientError``; the last error is raised unchanged."""

    @functools.wraps(function)
    def tried(*args: P.args, **kwargs: P.kwargs) -> R:
        retrying = tenacity.Retrying(
            sleep=backoff.sleep,
            retry=tenacity.retry_if_exception_type(TransientError),
            wait=_wait(backoff),
            stop=tenacity.stop_after_attempt(backoff.attempts) | tenacity.stop_before_delay(backoff.total),
            before_sleep=_say,
            reraise=True,
        )
        return retrying(function, *args, **kwargs)

    return tried


def _wait(backoff: Backoff) -> Callable[[tenacity.RetryCallState], float]:
    jittered = tenacity.wait_random_exponential(multiplier=backoff.first, max=backoff.longest)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, TransientError) else None
        return max(asked, 0.0) if asked is not None else jittered(state)

    return wait


def _say(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    wait = state.next_action.sleep if state.next_action else 0.0
    log.info("attempt %d failed (%s); trying again in %.1f s", state.attempt_number, error, wait)
