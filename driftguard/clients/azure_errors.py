"""What Azure Resource Manager refuses, and why, as our errors.

The code decides first, since providers differ in the status they give it; a 404 counts as 'gone' only where its code
says that the thing itself isn't there, and not its subscription, provider or type.
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
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

_WITHHELD = re.compile(
    r"ScopeLocked|DenyAssignment|DisallowedByPolicy|Immutab|LegalHold|ReadOnlyDisabledSubscription|ProtectedByLock|ProtectedFromDeletion"
)
_GONE = re.compile(r"(?<!Subscription)(?<!Provider)(?<!Tenant)NotFound$|DoesNotExist$|NotExists$|^ResourceGone$")
_IN_USE = re.compile(
    r"InUse|CannotBeDeleted|CannotDelete|CanNotBeDeleted|NestedResource|NotEmpty|BeingDeleted|InProgress|Attached"
    r"|DeletionBlocked|RetryableError|AnotherOperation|HasDependen|ContainsResources"
)
_DENIED = re.compile(r"Authorization|Authentication|InvalidSubscriptionId|SubscriptionNotFound|ExpiredToken")
_UNKNOWN_TYPE = re.compile(r"InvalidResource(Type|Namespace)|NoRegisteredProvider|ResourceTypeNotFound|ApiVersion")
_THROTTLED = re.compile(r"TooManyRequests|Throttl|RateLimit|OperationNotAllowedDueToRate")
_IN_USE_STATUS = (409, 412, 423)


def from_answer(status: int, headers: Mapping[str, str], body: Any, what: str) -> DriftGuardError:
    """Our error for an answer of ``status`` 400 or more, or for an operation that failed later (then 0)."""
    code, message = said(body)
    text = f"{what}: {code or status}: {message}".rstrip(": ")
    kind = next((kind for applies, kind in _KINDS if applies(status, code)), PermanentError)
    return kind(text, retry_after(headers)) if issubclass(kind, TransientError) else kind(text)


def _is(pattern: re.Pattern[str]) -> Callable[[int, str], bool]:
    return lambda _status, code: pattern.search(code) is not None


_KINDS: tuple[tuple[Callable[[int, str], bool], type[DriftGuardError]], ...] = (
    (_is(_WITHHELD), Withheld),
    (lambda status, code: status in (429, 503) or _THROTTLED.search(code) is not None, Throttled),
    (lambda status, _code: status >= 500 or status == 408, TransientError),  # noqa: PLR2004 - HTTP
    (lambda status, code: status in (401, 403) or _DENIED.search(code) is not None, AccessDenied),
    (_is(_UNKNOWN_TYPE), PermanentError),
    (lambda status, code: status in (404, 410, 0) and _GONE.search(code) is not None, NotFound),
    (lambda status, code: status in _IN_USE_STATUS or _IN_USE.search(code) is not None, StillInUse),
)
"""The first that applies counts."""


def said(body: Any) -> tuple[str, str]:
    """Code and message of an error, as ARM writes it and as some providers do."""
    error = body.get("error", body) if isinstance(body, Mapping) else {}
    if isinstance(error, str):
        return error, str(body.get("message") or body.get("error_description") or "")
    lowered = {str(key).lower(): value for key, value in error.items()} if isinstance(error, Mapping) else {}
    return str(lowered.get("code") or ""), " ".join(str(lowered.get("message") or "").split())


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that the answer asks to wait; ``None`` if it doesn't say."""
    try:
        return max(0.0, float(headers.get("Retry-After", "")))
    except ValueError:
        return None
