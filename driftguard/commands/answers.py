"""What people read: our answers to commands, and the check run of an override. Markdown, foreign text escaped."""

from __future__ import annotations

from datetime import datetime

from driftguard.commands.parse import WORD
from driftguard.escape import code, markdown
from driftguard.forge import Override, Scope

USAGE = f"""\
| Command | Does |
|---|---|
| `{WORD} override docs <reason>` | lets documentation findings pass on this pull request |
| `{WORD} override contracts <reason>` | lets contract findings pass |
| `{WORD} override cross-repo owner/repo <reason>` | no longer waits for that one consumer |
| `{WORD} keep 48h` | keeps this pull request's environment that long |
| `{WORD} recheck` | judges the pull request again |
| `{WORD} help` | shows this table |

An override holds until the next push; `override docs for 48h <reason>` holds that long. \
It takes write permission, and a comment of its own that begins with the command: edited comments ask for nothing.
"""


def usage(author: str, trouble: str = "") -> str:
    """The answer to ``help`` and to what can't be understood."""
    said = f"{_to(author)} {markdown(trouble)}. " if trouble else f"{_to(author)} "
    return f"{said}This is what I understand:\n\n{USAGE}"


def refused(author: str, permission: str) -> str:
    held = {"read": "read permission", "none": "no permission"}.get(permission, f"the permission {code(permission)}")
    return (
        f"{_to(author)} thank you, but this takes write permission, and GitHub says that you have {held} here. "
        "Nothing was done; somebody with write permission may comment the same."
    )


def impossible(author: str, why: str) -> str:
    """A command that was understood and permitted, and can't be carried out all the same."""
    return f"{_to(author)} nothing was done: {markdown(why)}."


def granted(override: Override, capped: str, effect: str) -> str:
    """The answer to a command that was carried out."""
    said = f"{_to(override.by)} {what(override)} {until(override)}."
    return " ".join(filter(None, (said, markdown(capped), markdown(effect), _taken_back(override))))


def rechecked(author: str, sha: str) -> str:
    return f"{_to(author)} judging {code(sha[:9])} again."


def title(override: Override) -> str:
    """The check run's title, plain text."""
    named = f" {override.consumer}" if override.consumer else ""
    verb = "kept" if override.scope is Scope.KEEP else f"{override.scope.value}{named} overridden"
    return f"{verb} by {override.by} until {_utc(override.until)}"[:250]


def summary(override: Override) -> str:
    """The check run's text: who, what, why, until when, where it was asked."""
    return (
        f"{markdown(override.by)}: {what(override)} {until(override)}.\n\n"
        f"Reason: {markdown(override.why)}\n\nAsked in comment {override.comment:d} on #{override.number:d}, "
        f"recorded {_utc(override.made_at)}."
    )


def what(override: Override) -> str:
    if override.scope is Scope.KEEP:
        return "this pull request's environment is kept"
    if override.scope is Scope.CONSUMER:
        return f"{code(override.consumer)} is overridden"
    return f"findings on {override.scope.value} are overridden"


def until(override: Override) -> str:
    if override.survives:
        return f"until {_utc(override.until)}"
    return f"for {code(override.sha[:9])}: until the next push, at most until {_utc(override.until)}"


def _taken_back(override: Override) -> str:
    return "" if override.scope is Scope.KEEP else "Deleting this answer takes it back."


def _to(author: str) -> str:
    """A mention would tell the person twice, since GitHub tells whoever takes part anyway."""
    return f"{code(author)}:"


def _utc(when: datetime) -> str:
    return f"{when:%Y-%m-%d %H:%M} UTC"
