"""What lies outside: repositories, clouds, models, tools. Clients implement these, and fakes in ``tests/fakes``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from driftguard.model import Gap, Target
from driftguard.policy import Reference

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
class Remarks(Protocol):
    """An ability that not every ``Cloud`` has: to say what it leaves out because the policy says so."""

    def remarks(self) -> Iterator[str]:
        """In sentences."""


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


class Webhook(Protocol):
    """Where a chat takes messages."""

    def post(self, body: Mapping[str, Any]) -> None:
        """Raises a ``DriftGuardError`` whose text holds nothing of the address; never sends twice when in doubt."""
