"""Every error DriftGuard raises on purpose, under one root.

Boundaries (clients, policy file, audit) translate foreign exceptions into these, once.
The command line turns any of them into one line and an exit code.
"""


class DriftGuardError(Exception):
    """The root. ``str(error)`` is one line that says what is wrong, where, and what to do."""


class UsageError(DriftGuardError):
    """The command was asked for something it can't do: a bad flag, a missing file, no repository."""


class MissingExtra(UsageError):
    """An optional dependency is not installed."""

    def __init__(self, extra: str, needed_for: str) -> None:
        super().__init__(f"{needed_for} needs the extra '{extra}': pip install 'driftguard-engine[{extra}]'")
        self.extra = extra


class PolicyError(DriftGuardError):
    """The policy has defects; ``policy_file.PolicyDefects`` carries each with line and column."""


class AuditError(DriftGuardError):
    """The audit trail can't be written or doesn't verify. Nothing may be changed after it."""


class ReadOnlyViolation(DriftGuardError):
    """A read session was asked to write. Always a programming error; nothing reached the wire."""


class IllegalTransition(DriftGuardError):
    """The engine was driven out of its table of states. Always a programming error."""


class PermanentError(DriftGuardError):
    """A remote refused for good: trying again would give the same answer."""


class NotFound(PermanentError):
    """The thing isn't there (any more). For a delete, that is success."""


class AccessDenied(PermanentError):
    """The credentials don't reach. For a read, that means *unknown*, never *absent*."""


class Withheld(PermanentError):
    """Something protects the target after all (a lock, ``prevent_destroy``); it and what depends on it stay."""


class PartlyDone(DriftGuardError):
    """A failure that leaves the rest to others: what finishes this action may go on, and the run is incomplete."""


class StillInUse(DriftGuardError):
    """Something else must go first; the gate tries again in its next pass."""


class UnderWay(StillInUse):
    """The deletion has begun and takes its time, up to ``takes`` seconds; passes go on meanwhile."""

    def __init__(self, message: str, takes: float) -> None:
        super().__init__(message)
        self.takes = takes


class TransientError(DriftGuardError):
    """Worth another try. ``retry_after`` is in seconds, when the remote said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after
