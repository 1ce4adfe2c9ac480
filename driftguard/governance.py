"""Which policy governs a run: for a pull request the base branch's, so that nobody loosens it in the change it judges.

What the pull request itself says is validated and reported, and governs once it is merged.
"""

from __future__ import annotations

from dataclasses import dataclass

from driftguard import policy_file
from driftguard.errors import NotFound, UsageError
from driftguard.model import Finding, Mode, Severity
from driftguard.policy import Policy
from driftguard.policy_file import PolicyDefects
from driftguard.ports import SourceTree

RULE = "policy/changed"


@dataclass(frozen=True, slots=True)
class Governing:
    """The policy of a run, what to say about it, and ``Mode.REHEARSAL`` where it may not be trusted with changes."""

    policy: Policy
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    mode: Mode | None = None


def of_pull_request(tree: SourceTree, base: str, name: str, own: bytes | None) -> Governing:
    """The policy file ``name`` as it stands at ``base``; ``own`` is what the pull request makes of it.

    A base without one has no rules to hold anybody to: the pull request's own is then tried, and nothing is changed.
    Raises ``PolicyDefects``, or ``UsageError`` if ``base`` isn't in this clone.
    """
    try:
        data = tree.read(base, name)
    except NotFound as error:
        raise UsageError(f"the base branch's {name} governs a pull request, and can't be read: {error}") from error
    if data is None:
        note = f"the base branch has no {name}: this pull request's own was tried, and nothing was changed"
        return Governing(policy_file.parse(own or b"", name), notes=(note,), mode=Mode.REHEARSAL)
    return Governing(policy_file.parse(data, name), _changes(name, data, own))


def _changes(name: str, governing: bytes, own: bytes | None) -> tuple[Finding, ...]:
    if own == governing:
        return ()
    if own is None:
        gone = f"{name} is removed here; the base branch's governs until that is merged"
        return (_finding(name, 0, gone, Severity.WARNING),)
    try:
        policy_file.parse(own, name)
    except PolicyDefects as error:
        return tuple(
            _finding(name, each.line, f"{each.path}: {each.message}", Severity.ERROR) for each in error.defects
        )
    valid = f"{name} is changed here, and valid; the base branch's governs until that is merged"
    return (_finding(name, 1, valid, Severity.NOTE),)


def _finding(name: str, line: int, message: str, severity: Severity) -> Finding:
    return Finding(
        id=f"{RULE}/{name}:{line}:{message[:60]}",
        rule=RULE,
        kind="policy",
        name=name,
        message=message,
        path=name,
        line=line,
        severity=severity,
    )
