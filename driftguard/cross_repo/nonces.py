"""One-time nonces: made from a key that lives and dies with the run, so that a hash can be kept before it is sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field

from driftguard.cross_repo.verdicts import nonce_sha256


def _key() -> bytes:
    return secrets.token_bytes(32)


@dataclass(frozen=True, slots=True)
class RunNonces:
    """``ports.Nonces``. Asked twice about one question, it says the same; another run never says it again."""

    key: bytes = field(default_factory=_key, repr=False)

    def of(self, question: str) -> str:
        made = hmac.digest(self.key, question.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    def sha256(self, question: str) -> str:
        return nonce_sha256(self.of(question))
