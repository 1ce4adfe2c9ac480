"""An incoming webhook of a chat: one POST of JSON. Through ``requests``, which PyGithub brings anyway.

The address is the secret, so no text of ours ever holds it. What was throttled or never arrived is tried again; after
a timeout nobody knows whether the message is there, and it isn't sent twice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from driftguard.errors import AccessDenied, PermanentError, TransientError, UsageError
from driftguard.retry import Backoff, with_backoff

_TIMEOUT = 10.0
_BUSY = (429, 502, 503)
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def webhook(variable: str, environ: Mapping[str, str]) -> Webhook:
    """Raises ``UsageError`` where the variable is not set or holds no address that keeps a secret."""
    address = environ.get(variable, "").strip()
    if not address:
        raise UsageError(f"the environment variable {variable} is not set; it holds the webhook's address")
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise UsageError(f"the address in {variable} doesn't begin with https://; anybody on the way could read it")
    return Webhook(address)


@dataclass
class Webhook:
    """``ports.Webhook``."""

    address: str = field(repr=False)
    backoff: Backoff = field(default_factory=lambda: Backoff(attempts=4, first=1.0, total=60.0))

    def post(self, body: Mapping[str, Any]) -> None:
        with_backoff(lambda: self._once(body), self.backoff)()

    def _once(self, body: Mapping[str, Any]) -> None:
        import requests  # noqa: PLC0415 - 60 ms that only a message needs

        try:
            answer = requests.post(self.address, json=body, timeout=_TIMEOUT, allow_redirects=False)
        except requests.exceptions.ConnectTimeout:
            raise TransientError("the webhook can't be reached") from None
        except requests.exceptions.Timeout:
            raise PermanentError("the webhook didn't answer in time; whether the message arrived isn't known") from None
        except requests.exceptions.ConnectionError as error:
            raise _unconnected(error) from None
        except requests.exceptions.RequestException as error:
            raise PermanentError(f"the webhook can't be used ({type(error).__name__})") from None
        _check(answer)


def _unconnected(error: Exception) -> TransientError | PermanentError:
    """Only what never arrived may be sent again."""
    if "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error):
        return TransientError("the webhook can't be reached")
    return PermanentError("the connection broke; whether the message arrived isn't known")


def _check(answer: Any) -> None:
    status = answer.status_code
    if status in _BUSY:
        asked = re.fullmatch(r"\d+(\.\d+)?", answer.headers.get("retry-after", ""))
        raise TransientError(f"the webhook answered {status}", float(asked[0]) if asked else None)
    if status in (401, 403, 404, 410):
        raise AccessDenied(f"the webhook answered {status}: was it removed?")
    if not 200 <= status < 300:  # noqa: PLR2004 - HTTP
        raise PermanentError(f"the webhook answered {status}")
