"""Which policy governs a run: for a pull request the base branch's, so that nobody loosens it in the change it judges.

What the pull request itself says is validated and reported, and governs once it is merged.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from driftguard import policy_file
from driftguard.errors import NotFound, UsageError
from driftguard.model import Finding, Mode, Severity
from driftguard.policy import Policy, Reference
from driftguard.policy_file import Defect, PolicyDefects
from driftguard.ports import ParentFile, Parents, SourceTree

RULE = "policy/changed"


@dataclass(frozen=True, slots=True)
class Governing:
    """The policy of a run, what to say about it, and ``Mode.REHEARSAL`` where it may not be trusted with changes."""

    policy: Policy
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    mode: Mode | None = None


@dataclass
class _OwnersParents:
    """``ports.Parents`` for what a pull request says of itself, which nobody has reviewed yet.

    Files of repositories with this one's owner, and whatever the governing policy extends: a stranger's reference must
    not have our token read, and our defects tell, a file that the stranger can't see.
    """

    parents: Parents
    owner: str
    known: dict[str, ParentFile] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        if str(reference) in self.known:
            return self.known[str(reference)]
        if reference.repo.partition("/")[0].lower() != self.owner.lower():
            self.refused.add(str(reference))
            raise UsageError(f"{reference} is another owner's and new here: it is looked up once this is merged")
        return self.parents.fetch(reference, tokens)


@dataclass
class _Remembered:
    """``ports.Parents`` that keeps what was fetched."""

    parents: Parents
    known: dict[str, ParentFile] = field(default_factory=dict)

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        found = self.known[str(reference)] = self.parents.fetch(reference, tokens)
        return found


@dataclass(frozen=True, slots=True)
class Change:
    """The policy file ``name`` and what a pull request of a repository of ``owner`` makes of it; ``None``: removes."""

    name: str
    own: bytes | None
    owner: str


def of_pull_request(tree: SourceTree, base: str, change: Change, parents: Parents) -> Governing:
    """The policy file as it stands at ``base``.

    A base without one has no rules to hold anybody to: the pull request's own is then tried, and nothing is changed.
    Raises ``PolicyDefects``, or ``UsageError`` if ``base`` isn't in this clone.
    """
    name = change.name
    try:
        data = tree.read(base, name)
    except NotFound as error:
        raise UsageError(f"the base branch's {name} governs a pull request, and can't be read: {error}") from error
    if data is None:
        note = f"the base branch has no {name}: this pull request's own was tried, and nothing was changed"
        policy = policy_file.parse(change.own or b"", name, _OwnersParents(parents, change.owner))
        return Governing(policy, notes=(note,), mode=Mode.REHEARSAL)
    remembered = _Remembered(parents)
    policy = policy_file.parse(data, name, remembered)
    if change.own == data:
        return Governing(policy)
    return Governing(policy, _changes(change, policy, _OwnersParents(parents, change.owner, remembered.known)))


def moving(policy: Policy) -> tuple[Finding, ...]:
    """A parent that is named by a tag or a branch can change between two runs without anybody's review here."""
    return tuple(_moving(*each) for each in policy.moving)


def _moving(where: str, reference: str, sha: str) -> Finding:
    path, _, line = where.rpartition(":")
    message = f"{reference} can move, and stood at {sha} now; name that commit instead"
    return replace(_finding(path, int(line), message, Severity.WARNING), rule="policy/moving-parent")


def _changes(change: Change, governing: Policy, parents: _OwnersParents) -> tuple[Finding, ...]:
    name = change.name
    if change.own is None:
        gone = f"{name} is removed here; the base branch's governs until that is merged"
        return (_finding(name, 0, gone, Severity.WARNING),)
    try:
        policy = policy_file.parse(change.own, name, parents)
    except PolicyDefects as error:
        return tuple(_defect(each, parents) for each in error.defects)
    if governing.parents and not policy.parents:
        left = f"{name} no longer extends {governing.parents[0]}; the base branch's governs until that is merged"
        return (_finding(name, 1, left, Severity.WARNING),)
    valid = f"{name} is changed here, and valid; the base branch's governs until that is merged"
    return (_finding(name, 1, valid, Severity.NOTE),)


def _defect(defect: Defect, parents: _OwnersParents) -> Finding:
    """A parent that nobody was asked for is no defect yet."""
    unknown = defect.path == "extends" and bool(parents.refused)
    severity = Severity.WARNING if unknown else Severity.ERROR
    return _finding(defect.file, defect.line, f"{defect.path}: {defect.message}", severity)


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
