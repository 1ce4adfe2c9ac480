"""Phase one: Terraform destroys what it built, unless that is protected or somebody is at work on it."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Protocol

from driftguard.errors import NotFound, PartlyDone, PermanentError, Withheld
from driftguard.janitor import terraform
from driftguard.janitor.terraform import Ending, Lock, PhaseTwo, Read
from driftguard.policy import Policy, Terraform
from driftguard.ports import AuditSink, Clock, Ran, Stack

log = logging.getLogger(__name__)

UNLOCK = "UNLOCK"
"""The trail's state for an orphaned lock that is about to be removed."""

_LOCK_ID = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{0,127}")


class TerraformApi(Protocol):
    """The part of ``clients.terraform`` that a teardown speaks to."""

    def working_copy(self, revision: str) -> AbstractContextManager[Path]:
        """A new directory with every file of the repository at ``revision``; gone again at the end."""

    def run(self, directory: Path, words: Sequence[str], workspace: str, seconds: float) -> Ran:
        """``terraform`` with ``words`` in ``directory``; after ``seconds`` it is stopped, SIGTERM first."""


@dataclass(frozen=True, slots=True)
class Teardown:
    """``ports.StackDestroyer``."""

    policy: Policy
    api: TerraformApi
    trail: AuditSink
    clock: Clock

    def destroy(self, stack: Stack) -> str:
        """The note says how Terraform ended, and what that means for what is left."""
        try:
            with self._opened(stack) as attempt:
                read = attempt.destroyed()
                return _consequence(read, attempt.prevented() if read.ending in terraform.UNTOLD else "")
        except NotFound as error:  # no commit, no program: that the environment is gone is what it doesn't say
            raise PermanentError(str(error)) from error

    @contextmanager
    def _opened(self, stack: Stack) -> Iterator[_Attempt]:
        assert self.policy.janitor.terraform is not None
        with self.api.working_copy(stack.revision) as root:
            directory = root / stack.directory
            directory.mkdir(parents=True, exist_ok=True)  # one that isn't there has no configuration: Terraform says so
            policy = self.policy.janitor.terraform
            yield _Attempt(self, policy, stack, root, directory, time.monotonic() + policy.timeout.total_seconds())


def _consequence(read: Read, prevented: str) -> str:
    """The note of what went on, or the error of what must not."""
    said = f"Terraform {read.ending.value}"
    said += f" ({read.destroyed} resources destroyed)" if read.destroyed else ""
    said += f", {read.lock}" if read.lock else f": {read.error}" if read.error else ""
    if read.phase_two in (PhaseTwo.WAITS, PhaseTwo.NEVER):
        raise Withheld(f"{said}; {read.phase_two.value}")
    if prevented:
        raise Withheld(f"{said}; {prevented} has prevent_destroy, so everything stays")
    if read.phase_two is PhaseTwo.FOLLOWS_A_FAILURE:
        raise PartlyDone(f"{said}; {read.phase_two.value}")
    if read.phase_two is PhaseTwo.FAILS:
        raise PermanentError(f"{said}; {read.phase_two.value}")
    return said if read.ending is Ending.DESTROYED else f"{said}; {read.phase_two.value}"


@dataclass(frozen=True, slots=True)
class _Attempt:
    """One stack in its working copy, until a ``time.monotonic()``."""

    teardown: Teardown
    policy: Terraform
    stack: Stack
    root: Path
    directory: Path
    until: float

    def destroyed(self) -> Read:
        """How it ended. Raises ``Withheld`` if the state holds what must not go."""
        before = self._init()
        if before.code != 0:
            return terraform.read(before)
        state = self._run("state", "pull")
        if state.code != 0:
            return terraform.read(state)
        forbidden = terraform.forbidden(state.output, self.stack.environment, self.teardown.policy.janitor)
        if forbidden:
            raise Withheld(f"Terraform was not let near it: {forbidden}; everything stays")
        return self._past_locks()

    def _init(self) -> Ran:
        settings = (f"-backend-config={key}={value}" for key, value in self.stack.backend_config.items())
        return self._run("init", "-json", "-input=false", *settings)

    def _past_locks(self) -> Read:
        """At once where nobody holds the state; past an orphaned lock once; else after waiting for the live run."""
        read = self._destroy("0s")
        if read.lock is not None and read.lock.older_than(self.policy.lock_age, self.teardown.clock()):
            self._unlock(read.lock)
        elif read.lock is None:
            return read
        return self._destroy(f"{int(self.policy.lock_timeout.total_seconds())}s")

    def _destroy(self, lock_timeout: str) -> Read:
        variables = (f"-var={name}={value}" for name, value in self.stack.variables.items())
        words = ("-json", "-auto-approve", "-input=false", f"-lock-timeout={lock_timeout}", *variables)
        return terraform.read(self._run("destroy", *words))

    def _unlock(self, lock: Lock) -> None:
        """The id that was read is the one that is removed: if somebody took the lock since, Terraform refuses."""
        if not _LOCK_ID.fullmatch(lock.id):
            raise PermanentError(f"{lock}: that is no lock's id, so it isn't removed")
        why = f"{lock} is older than {self.policy.lock_age}: an orphan"
        body = {"environment": self.stack.environment, "directory": self.stack.directory, **_plain(lock)}
        self.teardown.trail.record(UNLOCK, why, body)
        ran = self._run("force-unlock", "-force", lock.id)
        if ran.code != 0:
            raise PermanentError(f"{lock} could not be removed: {terraform.read(ran).error}")

    def _run(self, *words: str) -> Ran:
        seconds = max(0.0, self.until - time.monotonic())
        return self.teardown.api.run(self.directory, words, self.stack.workspace, seconds)

    def prevented(self) -> str:
        """The first file of the configuration and its modules that forbids to destroy; empty if none does."""
        for folder in self._modules():
            for file in sorted((*folder.glob("*.tf"), *folder.glob("*.tf.json"))):
                if file.is_file() and terraform.prevents(file.read_text(encoding="utf-8", errors="replace")):
                    return str(file.relative_to(self.root))
        return ""

    def _modules(self) -> Sequence[Path]:
        """The configuration's own folder and every folder below the working copy, downloaded modules too.

        More than the configuration may use, since a run that lost its state hasn't always listed its modules.
        """
        calls = any(
            'module "' in file.read_text(encoding="utf-8", errors="replace") for file in self.directory.glob("*.tf")
        )
        if not calls and not list(self.directory.glob("*.tf.json")):
            return [self.directory]
        return sorted({file.parent for file in self.root.rglob("*.tf*")})


def _plain(lock: Lock) -> Mapping[str, str]:
    created = lock.created.isoformat() if lock.created else ""
    return {**asdict(lock), "created": created}
