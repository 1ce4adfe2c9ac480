"""What rooms are to each other: what a planner may look at, what an executor may write with, and who they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, TextIO, runtime_checkable

from driftguard.forge import Forge, ForgeWriter, Overrides
from driftguard.model import Action, ContractDiff, Event, History, Mode, Outcome, Plan, Report, Status, Target
from driftguard.policy import Policy, Rule
from driftguard.ports.outside import (
    Clock,
    Cloud,
    CloudWriter,
    Dispatcher,
    LanguageModel,
    NonceHashes,
    Nonces,
    SourceTree,
    StackDestroyer,
    Tools,
    Webhook,
    Workbench,
)


class Sources(Protocol):
    """All that a planner may look at. Each property is built when first asked for, and can only read."""

    @property
    def policy(self) -> Policy: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def tree(self) -> SourceTree: ...
    @property
    def clouds(self) -> Sequence[Cloud]: ...
    @property
    def forge(self) -> Forge | None:
        """GitHub, to read; ``None`` where there is no token for it."""

    @property
    def web_url(self) -> str:
        """Where people see GitHub, without a slash at its end."""

    @property
    def run_url(self) -> str:
        """Where this run's log is; empty outside Actions."""

    def overrides(self, event: Event) -> Overrides:
        """What maintainers have set aside on the event's pull request. Never raises: what can't be read is told."""

    @property
    def model(self) -> LanguageModel | None:
        """``None`` where the policy names no model. Raises ``UsageError`` where a key or an extra is missing."""

    @property
    def tools(self) -> Tools: ...

    @property
    def history(self) -> History: ...

    @property
    def nonces(self) -> NonceHashes: ...


class Writers(Protocol):
    """All that an executor may write with."""

    def cloud(self, provider: str) -> CloudWriter: ...
    @property
    def stacks(self) -> StackDestroyer: ...
    @property
    def dispatcher(self) -> Dispatcher: ...
    @property
    def forge(self) -> ForgeWriter: ...
    @property
    def workbench(self) -> Workbench: ...
    @property
    def nonces(self) -> Nonces: ...
    def webhook(self, variable: str) -> Webhook:
        """The one whose address that environment variable holds. Raises ``UsageError`` if it holds none."""


class Planner(Protocol):
    """One module's reading of an event. Discovered as ``PLANNER`` in ``driftguard/<module>/planner.py``."""

    kind: ClassVar[str]

    def __init__(self, sources: Sources) -> None: ...

    def plan(self, event: Event, rule: Rule) -> Plan:
        """Reads only. What can't be read is a gap in the plan, never an exception that loses the rest."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an executor did: ``APPLIED`` or ``SIMULATED``, with a note."""

    status: Status
    note: str = ""


class Executor(Protocol):
    """One kind of write. Discovered as ``EXECUTOR`` in ``driftguard/executors/``. Only the gate calls ``apply``."""

    @property
    def kind(self) -> str: ...

    def apply(self, action: Action) -> Receipt:
        """Do it. Idempotent, or refuses a second time. Raises a ``DriftGuardError`` if it didn't work."""


class ExecutorFactory(Protocol):
    kind: ClassVar[str]

    def __call__(self, writers: Writers) -> Executor: ...


class Renderer(Protocol):
    """One way to show a report. Discovered as ``RENDERER`` in ``driftguard/report/``."""

    kind: ClassVar[str]

    def render(self, report: Report, out: TextIO) -> None: ...


class Publisher(Protocol):
    """One way to tell a finished run to people. Discovered as ``PUBLISHER`` in ``driftguard/report/publishers/``."""

    kind: ClassVar[str]

    def __init__(self, sources: Sources) -> None: ...

    def publish(self, report: Report) -> Plan:
        """Reads only; proposes actions of risk ``notify``, and the gate denies any other."""


@runtime_checkable
class Settling(Publisher, Protocol):
    """A publisher whose words can be out of date as they are written, since other runs write them, too."""

    def settled(self, report: Report) -> Plan:
        """What has to be written again; no action once GitHub holds what is right. Reads only."""


class DiffRenderer(Protocol):
    """One way to show a bare contract diff. Discovered as ``RENDERER`` in ``driftguard/report/contract_diff/``."""

    kind: ClassVar[str]

    def render(self, diff: ContractDiff, out: TextIO) -> None: ...


class AuditSink(Protocol):
    """The append-only trail. When ``record`` returns, the line is on disk, flushed and fsynced."""

    def record(self, state: str, why: str, body: Mapping[str, Any]) -> None:
        """Raises ``AuditError``; the caller must then change nothing more."""


class Reread(Protocol):
    """The gate's second look at a target. A rehearsal trusts the first one."""

    def __call__(self, target: Target, /) -> Target | None:
        """As it is now; ``None`` if it is gone. Raises if that can't be known."""


Expect = Callable[[Sequence[Target], int], None]
"""Told which targets are looked at next, in order, and how many at a time: as many may be asked about together."""


class Progress(Protocol):
    """Somebody who watches a run. Safe to share between threads; decides nothing."""

    def seen(self, scope: str) -> None:
        """One more resource was looked at in ``scope``."""

    def begins(self, action: Action) -> None:
        """``action`` was allowed and is going to be carried out."""

    def ended(self, action: Action, outcome: Outcome) -> None:
        """That is over."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One matched rule and what its planner proposes; without a rule, what a publisher proposes."""

    rule: Rule | None
    plan: Plan


@dataclass(frozen=True, slots=True)
class RunContext:
    """What every audit record of a run has in common. ``who`` holds actor, run URL and commit."""

    run_id: str
    mode: Mode
    policy_sha: str
    who: Mapping[str, str]
