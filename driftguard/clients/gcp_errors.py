"""What Google answered, as our errors: by status, then by the reason that it gives.

https://cloud.google.com/apis/design/errors, https://cloud.google.com/compute/docs/troubleshooting/troubleshooting-api-errors
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftguard.clients.pace import Throttled
from driftguard.errors import (
    AccessDenied,
    DriftGuardError,
    NotFound,
    PermanentError,
    StillInUse,
    TransientError,
    Withheld,
)

_QUOTA = re.compile(
    r"rate_?limit|quota_?exceeded|resource_?exhausted|too_?many_?requests|concurrent_?limit", re.IGNORECASE
)
_IN_USE = re.compile(
    r"resource_?in_?use|resource_?not_?ready|failed_?precondition|aborted|conflict|container_?not_?empty"
    r"|operation_?in_?progress|bucket_?not_?empty",
    re.IGNORECASE,
)
_GONE = re.compile(r"not_?found", re.IGNORECASE)
_PROTECTED = re.compile(
    r"delet\w+[ -]?protect|drop protection|protected (from|against) deletion|is protected|retention polic"
    r"|retention period|under (active )?(event-based|temporary) hold|\blien",
    re.IGNORECASE,
)

RPC: Mapping[int, str] = {
    4: "DEADLINE_EXCEEDED",
    5: "NOT_FOUND",
    7: "PERMISSION_DENIED",
    8: "RESOURCE_EXHAUSTED",
    9: "FAILED_PRECONDITION",
    10: "ABORTED",
    13: "INTERNAL",
    14: "UNAVAILABLE",
    16: "UNAUTHENTICATED",
}
"""google.rpc.Code, as operations give it."""

_STATUS: Mapping[str, int] = {
    "DEADLINE_EXCEEDED": 504,
    "NOT_FOUND": 404,
    "PERMISSION_DENIED": 403,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
    "UNAUTHENTICATED": 401,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error of Google's. ``ours`` is false for a page that something in between wrote."""

    status: int
    message: str = ""
    reasons: tuple[str, ...] = ()
    retry_after: float | None = None
    ours: bool = True

    def error(self, what: str) -> DriftGuardError:
        """The same as one of our errors; ``what`` is what was asked for."""
        text = " ".join(f"{what}: {self.status} {' '.join(self.reasons[:1])} {self.message}".split()).rstrip()
        if self._said(_QUOTA) or self.status == 429:  # noqa: PLR2004 - HTTP
            return Throttled(text, self.retry_after)
        if self.status >= 500 or self.status == 408:  # noqa: PLR2004 - HTTP
            return TransientError(text, self.retry_after)
        return self._kind()(text)

    def _kind(self) -> type[DriftGuardError]:
        if self.status in (401, 403) and not _PROTECTED.search(self.message):
            return AccessDenied
        if not self.ours:
            return PermanentError
        if self.status == 404:  # noqa: PLR2004 - HTTP
            return NotFound
        if _PROTECTED.search(self.message):
            return Withheld
        if self.status == 409 or self._said(_IN_USE):  # noqa: PLR2004 - HTTP
            return StillInUse
        return NotFound if self._said(_GONE) else PermanentError

    def _said(self, pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(reason) for reason in self.reasons)


def of_answer(status: int, body: Any, headers: Mapping[str, str]) -> Refusal:
    """The error in an HTTP answer; ``body`` is its JSON, ``None`` if it isn't any."""
    found = body.get("error") if isinstance(body, Mapping) else None
    after = _seconds(headers.get("Retry-After", ""))
    if not isinstance(found, Mapping):
        return Refusal(status, "an answer that isn't Google's", retry_after=after, ours=False)
    told = _retry_info(found)
    return Refusal(status, str(found.get("message", "")), tuple(_reasons(found)), after if after is not None else told)


def of_operation(error: Mapping[str, Any], status: Any) -> Refusal:
    """The error of an operation that ended badly: Compute's and Cloud SQL's list, or a google.rpc.Status."""
    listed = error.get("errors")
    if isinstance(listed, list) and listed:
        codes = tuple(str(each.get("code", "")) for each in listed if isinstance(each, Mapping))
        messages = (str(each.get("message", "")) for each in listed if isinstance(each, Mapping))
        return Refusal(int(status or 400), " ".join(messages), codes)
    name = RPC.get(int(error.get("code") or 0), "")
    return Refusal(_STATUS.get(name, 400), str(error.get("message", "")), (name, *_reasons(error)))


def _reasons(error: Mapping[str, Any]) -> Iterator[str]:
    """The most telling first."""
    for part in ("details", "errors"):
        for each in error.get(part) or ():
            if isinstance(each, Mapping) and each.get("reason"):
                yield str(each["reason"])
    if error.get("status"):
        yield str(error["status"])


def _retry_info(error: Mapping[str, Any]) -> float | None:
    """google.rpc.RetryInfo: ``{"retryDelay": "3.5s"}``."""
    delays = (each.get("retryDelay") for each in error.get("details") or () if isinstance(each, Mapping))
    return next((_seconds(str(delay).removesuffix("s")) for delay in delays if delay), None)


def _seconds(text: str) -> float | None:
    try:
        return max(0.0, float(text))
    except ValueError:
        return None
