"""What a check is, and how all of them are made. Each file in ``checks`` exports one ``CHECK``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

from driftguard.errors import DriftGuardError
from driftguard.policy import Policy
from driftguard.registry import discover


class State(StrEnum):
    """``FAIL`` would fail tonight; ``WARN`` wouldn't, but somebody should look; ``SKIPPED`` couldn't be told."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the answer. ``fix`` says what to do, where something is to be done."""

    name: str
    state: State
    said: str
    fix: str = ""


class GitHub(Protocol):
    """The few questions that are asked of GitHub."""

    def get(self, path: str) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers (lower case) and JSON. Raises ``TransientError`` if GitHub can't be reached."""


class Aws(Protocol):
    """The part of ``clients.aws`` that is needed here."""

    @property
    def account(self) -> str: ...
    @property
    def regions(self) -> tuple[str, ...]: ...
    def call(self, service: str, operation: str, *, region: str, **parameters: Any) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Patient:
    """What is examined. ``github`` speaks as a token, ``aws`` as the role for reads or for writes.

    ``app`` gives a session for a repository and a permission, as the policy's App; it raises where that isn't had.
    ``cloud`` is the read side of the cloud of that name, as the policy configures it.
    """

    directory: Path
    repo: str
    policy: Policy
    environ: Mapping[str, str]
    github: Callable[[str], GitHub]
    app: Callable[[str, str], object]
    aws: Callable[[str], Aws]
    terraform_version: Callable[[], str]
    is_key_file: Callable[[str], bool]
    cloud: Callable[[str], Any]


class Check(Protocol):
    """One thing to look at."""

    kind: ClassVar[str]

    def look(self, patient: Patient) -> Iterator[Result]:
        """What was found. A ``DriftGuardError`` out of it is a failure by itself."""


def examine(patient: Patient) -> Iterator[Result]:
    """Every check's results, in the checks' order."""
    for kind, check in discover(f"{__package__}.checks", "CHECK").items():
        try:
            yield from check.look(patient)
        except DriftGuardError as error:
            yield Result(kind, State.FAIL, str(error))
