"""Keep secrets out of logs and the trail: by their value where it is known, by their form where it isn't."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote

HIDDEN = "[redacted]"
_SHORTEST = 8
"""Values below this length would blot out ordinary text."""

_SECRET_NAME = re.compile(
    r"TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|PRIVATE|CREDENTIAL|WEBHOOK|API_?KEY|ACCESS_?KEY|_KEY$|_PAT$|_SAS$",
    re.IGNORECASE,
)
_NO_SECRET = re.compile(r"(_ENV|_FILE|_PATH|_DIR|_URL_BASE|CREDENTIALS_FILE|APPLICATION_CREDENTIALS)$", re.IGNORECASE)

_FORMS = re.compile(
    r"""
      gh[pousr]_[A-Za-z0-9_.-]{20,} | github_pat_[A-Za-z0-9_]{20,}                          # GitHub
    | \b(?:AKIA|ASIA|AROA|AIDA)[A-Z0-9]{16}\b                                             # AWS key ids
    | AIza[0-9A-Za-z_-]{30,}                                                              # Google API keys
    | ya29\.[0-9A-Za-z_-]{20,}                                                            # Google access tokens
    | xox[abeoprs]-[0-9A-Za-z-]{10,}                                                      # Slack tokens
    | https://hooks\.slack\.com/[^\s"'<>]+                                                # Slack webhooks
    | https://[\w.-]+\.webhook\.office\.com/[^\s"'<>]+                                    # Teams webhooks
    | https://[\w.-]+\.logic\.azure\.com[^\s"'<>]+ | https://[\w.-]+\.powerplatform\.com[^\s"'<>]+
    | eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*                           # JWTs
    | -----BEGIN\ [A-Z ]*PRIVATE\ KEY-----.*?(?:-----END\ [A-Z ]*PRIVATE\ KEY-----|\Z)    # key blocks
    """,
    re.VERBOSE | re.DOTALL,
)
_AFTER = re.compile(
    r"""
    \barn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:[0-9]*:[\w./:+-]+                              # a name: of a secret, say
  | (?P<before>
        (?:\bBearer|\bBasic|\bnegotiate)\s+                                               # headers
      | \b[\w-]*(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|sig|signature)["']?\s*[=:]\s*["']?
      | [a-z][a-z0-9+.-]*://[^\s/@:]*:(?=[^\s/@]+@)                                       # user:password@host
    )
    (?P<value>[^\s"'&,;<>@]{6,})
    """,
    re.VERBOSE | re.IGNORECASE,
)


def secret_values(environ: Mapping[str, str]) -> tuple[str, ...]:
    """The values of variables whose names say that they hold a secret; longest first."""
    found = {
        value
        for name, value in environ.items()
        if len(value) >= _SHORTEST and _SECRET_NAME.search(name) and not _NO_SECRET.search(name)
    }
    return tuple(sorted(found, key=len, reverse=True))


class Redactor:
    """``redactor(text)`` is ``text`` with every secret replaced; applying it twice changes nothing more."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        known = {form for value in values if value for form in _encodings(value)}
        ordered = sorted(known, key=len, reverse=True)
        self._values = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def __call__(self, text: str) -> str:
        if self._values is not None:
            text = self._values.sub(HIDDEN, text)
        text = _FORMS.sub(HIDDEN, text)
        return _AFTER.sub(_hide_value, text)


def _hide_value(match: re.Match[str]) -> str:
    value = match["value"]
    return match[0] if value is None or value.startswith(HIDDEN) else f"{match['before']}{HIDDEN}"


def _encodings(value: str) -> Iterable[str]:
    """``value`` and what it looks like in a URL, in JSON and in a Basic header."""
    yield value
    yield quote(value, safe="")
    encoded = base64.b64encode(value.encode()).decode()
    yield encoded.rstrip("=") if len(encoded) >= _SHORTEST else encoded
