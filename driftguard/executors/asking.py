"""What both ways of asking a consumer have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from driftguard import markers
from driftguard.errors import NotFound, PermanentError, TransientError, Withheld
from driftguard.model import Action
from driftguard.ports import Writers


def payload(action: Action, writers: Writers) -> Mapping[str, Any]:
    """The question with its nonce, which stands nowhere else. Raises ``Withheld`` where no answer could be kept."""
    question: Mapping[str, Any] = action.body["client_payload"]
    if not isinstance(question.get("pull_request"), int):
        raise Withheld("a range of commits asks nobody; its pull request will")
    return {**question, "nonce": writers.nonces.of(action.id)}


@contextmanager
def asked_once(action: Action) -> Iterator[None]:
    """Errors of a question: gone is a success for a delete, never here; a limit leaves it to the next sweep."""
    try:
        yield
    except NotFound as error:
        raise PermanentError(str(error)) from error
    except TransientError as error:
        raise PermanentError(f"{markers.LATER}{action.target.name}: {error}") from error
