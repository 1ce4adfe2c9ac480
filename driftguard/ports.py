"""The shapes that rooms meet in. A planner sees ``Sources`` (reads only), an executor ``Writers``.

In a rehearsal no ``Writers`` is ever built. Fakes in ``tests/fakes`` implement these and pass the same contract
suite as the real clients.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, TextIO, runtime_checkable

from driftguard.forge import Forge, ForgeWriter, Overrides
from driftguard.model import Action, ContractDiff, Event, Gap, History, Mode, Outcome, Plan, Report, Status, Target
from driftguard.policy import Policy, Reference, Rule

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class FileChange:
    """One path of a git range. ``status`` is A, M, D or R; ``old_path`` differs from ``path`` only for R."""

    status: str
    path: str
    old_path: str


@dataclass(frozen=True, slots=True)
class WordHit:
    """A line that holds a word that was searched for. ``line`` counts from 1."""

    path: str
    line: int
    text: str


class SourceTree(Protocol):
    """A git repository, read from its objects; revision ``""`` is the work tree. Never runs anything from it."""

    def resolve(self, revision: str) -> str:
        """The full commit id. Raises ``NotFound`` if it isn't in this repository."""

    def merge_base(self, one: str, other: str) -> str:
        """The best common ancestor. Raises ``NotFound`` if there is none (a shallow clone, say)."""

    def remote_repo(self) -> str:
        """``owner/name`` of the repository on GitHub, or the best guess."""

    def default_branch(self) -> str:
        """The commit that pull requests go to. Raises ``UsageError`` if none can be made out."""

    def changes(self, base: str, head: str) -> Sequence[FileChange]:
        """What differs from ``base`` to ``head``, renames detected, in path order."""

    def files(self, revision: str) -> Sequence[str]:
        """Every tracked path at ``revision`` (for the work tree: untracked, not ignored ones too)."""

    def read(self, revision: str, path: str) -> bytes | None:
        """The file's bytes (at most 64 MiB), or ``None`` if there is no such file at ``revision``."""

    def read_many(self, revision: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        """Path and bytes of each regular file that exists and has at most 5 MiB, in the order given."""

    def search(self, revision: str, words: Sequence[str], pathspecs: Sequence[str] = ()) -> Iterator[WordHit]:
        """Every line of a text file (matching ``pathspecs``, git's own) that holds one of ``words`` as a whole word."""

    def added_lines(self, base: str, head: str, paths: Sequence[str]) -> Mapping[str, frozenset[int]]:
        """The lines of each of ``paths`` at ``head`` that ``base`` doesn't have, counted from 1."""


@dataclass(frozen=True, slots=True)
class ParentFile:
    """A policy that another one extends: the commit it was read from, and its bytes."""

    sha: str
    data: bytes


class Parents(Protocol):
    """Policies in other repositories, to be extended."""

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        """``tokens`` name environment variables, the first that is set counts. Raises a ``DriftGuardError``."""


class Cloud(Protocol):
    """The read side of one provider, bound to the scopes that the policy lists."""

    provider: ClassVar[str]

    def identity(self) -> str:
        """Whose account the credentials open (``aws/123456789012``). Raises if that can't be known."""

    @property
    def order(self) -> Mapping[str, Sequence[str]]:
        """Type -> the types that must be gone before one of it can go."""

    def discover(self) -> Iterator[Target | Gap]:
        """Everything that carries our owner tag or namespace, each once; a scope that can't be listed is a ``Gap``."""

    def read(self, target: Target) -> Target | None:
        """The target as it is now, natively, with all that it ``holds``; ``None`` if it is gone.

        Raises if that can't be known.
        """


Look = Callable[[], Target | None]
"""The end of a look at one target: as it is now, ``None`` if it is gone. Raises if that can't be known."""


@runtime_checkable
class ReadsTogether(Protocol):
    """An ability that not every ``Cloud`` has: to learn about many targets from one request.

    Both ways take targets of one type in one place and return what it still takes for each; a target that isn't in
    the answer is gone. Both raise if that can't be known, and then each target is read alone.
    """

    def at_once(self, target: Target) -> int:
        """How many like ``target`` one request can tell about."""

    def read_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        """By id, everything natively, as ``Cloud.read`` does."""

    def confirm_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        """By id, whether it is there and what the cloud protects it with, natively; for a plan, right after
        ``discover``, whose word for the rest may be taken where another one would cost a request each.
        """


class CloudWriter(Protocol):
    """The write side of one provider. Only live wiring builds one."""

    provider: ClassVar[str]

    def delete(self, target: Target) -> str:
        """Delete it and return a note (or ""). Raises ``NotFound``, ``StillInUse``, ``Withheld`` or any root error."""


@dataclass(frozen=True, slots=True)
class Stack:
    """One Terraform configuration at one commit, with the state of one environment.

    ``directory`` is relative to the repository; ``workspace`` is empty for the default one.
    """

    environment: str
    directory: str
    revision: str
    workspace: str
    backend_config: Mapping[str, str]
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ran:
    """One run of a program: its exit code (a negative one is the signal that killed it), what it printed to stdout and
    stderr, and whether it had to be stopped.
    """

    code: int
    output: str
    errors: str = ""
    stopped: bool = False


class StackDestroyer(Protocol):
    """The write side of Terraform."""

    def destroy(self, stack: Stack) -> str:
        """Destroy what its state holds and return a note.

        Raises ``Withheld`` where that is protected or a live run holds it, ``PartlyDone`` where some of it is left,
        and any root error where it can't be told what Terraform would have said.
        """


class Dispatcher(Protocol):
    """The write side of GitHub that reaches other repositories. Never tries twice when in doubt.

    Raises ``PermanentError``, or ``TransientError`` where a limit on requests is used up.
    """

    def dispatch(self, repo: str, event_type: str, payload: Mapping[str, Any]) -> None:
        """Send a repository_dispatch."""

    def run_workflow(self, repo: str, workflow: str, ref: str, inputs: Mapping[str, str]) -> str:
        """Send a workflow_dispatch; where people see the run that it began."""


class NonceHashes(Protocol):
    """What may be known of a run's one-time nonces."""

    def sha256(self, question: str) -> str:
        """Of the nonce of the action with the id ``question``, in hex."""


class Nonces(NonceHashes, Protocol):
    """A run's one-time nonces, one for each question, from a key that never leaves the process."""

    def of(self, question: str) -> str: ...


@dataclass(frozen=True, slots=True)
class Question:
    """What a language model is asked. ``schema`` is the JSON Schema of its answer; ``timeout``: seconds, all tries."""

    instructions: str
    text: str
    schema: Mapping[str, Any]
    output_tokens: int
    timeout: float


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, in full, and what that took. ``text`` ought to be JSON; nobody has checked it yet."""

    text: str
    input_tokens: int
    output_tokens: int


class LanguageModel(Protocol):
    """One provider's models. Safe to share between threads."""

    def ask(self, model: str, question: Question) -> Answer:
        """One whole answer. A blocked, cut off or empty one raises ``PermanentError``.

        Raises a ``DriftGuardError`` whose text holds nothing of the question or of the answer.
        """


@dataclass(frozen=True, slots=True)
class BufSays:
    """One annotation of ``buf``. ``rule`` is buf's own word, ``COMPILE`` for what can't be read. Lines count from 1."""

    rule: str
    path: str
    line: int
    column: int
    message: str


class Tools(Protocol):
    """Programs that compare contracts. They read nothing but what they are given, and reach no network."""

    def buf_breaking(self, old: Mapping[str, bytes], new: Mapping[str, bytes]) -> Sequence[BufSays]:
        """``buf breaking`` over two trees of .proto files, path -> bytes. A path of the old tree that can't be
        compiled begins with ``../old/``. Raises ``MissingExtra``, or ``PermanentError`` if buf itself failed.
        """


@dataclass(frozen=True, slots=True)
class Trial:
    """How trying a contract ended: ``passed``, ``failed`` or ``crashed``, and why."""

    says: str
    why: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A proposed contract: its files at ``sha`` of ``origin``, whose digest must be ``digest``.

    ``check`` names the check run that lists ``paths`` where there are too many for a question.
    """

    origin: str
    sha: str
    digest: str
    paths: tuple[str, ...]
    check: str = ""


class Workbench(Protocol):
    """In a consumer: tries a proposed contract of an origin with a command of the consumer's own policy."""

    def answered(self, origin: str, sha: str, nonce: str) -> bool:
        """Whether the origin has the final answer to the question with that nonce; ``False`` where that is unknown."""

    def try_contract(self, wanted: Wanted, command: Sequence[str], timeout: float) -> Trial:
        """Raises a ``DriftGuardError`` where the contract can't be had, or is not the one of that digest."""


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


class Webhook(Protocol):
    """Where a chat takes messages."""

    def post(self, body: Mapping[str, Any]) -> None:
        """Raises a ``DriftGuardError`` whose text holds nothing of the address; never sends twice when in doubt."""


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


Expect = Callable[[Sequence[Target]], None]
"""Told which targets are looked at next, in order, so that one request can tell about many."""


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
