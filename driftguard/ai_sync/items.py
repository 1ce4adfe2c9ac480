"""What code asks of the people who run it: the things that documentation has to name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from driftguard.ai_sync.spelling import Spelling, each


class ItemKind(StrEnum):
    ENV_VAR = "env_var"
    CLI_FLAG = "cli_flag"
    HTTP_ROUTE = "http_route"
    PORT = "port"
    TERRAFORM_VARIABLE = "terraform_variable"
    TERRAFORM_OUTPUT = "terraform_output"
    ACTION_INPUT = "action_input"
    ACTION_OUTPUT = "action_output"
    WORKFLOW_INPUT = "workflow_input"
    WORKFLOW_OUTPUT = "workflow_output"
    WORKFLOW_SECRET = "workflow_secret"  # noqa: S105 - the name of a kind
    HELM_VALUE = "helm_value"
    DOCKER_ARG = "docker_arg"
    DOCKER_ENV = "docker_env"
    COMPOSE_ENV = "compose_env"


@dataclass(frozen=True, slots=True)
class Item:
    """One of them, where it stands. ``line`` and ``column`` count from 1; ``text`` is the line of code.

    ``aliases`` are other spellings of the same thing: documentation that names one of them is enough.
    """

    kind: ItemKind
    name: str
    path: str
    line: int
    column: int
    text: str
    aliases: tuple[str, ...] = ()
    is_told: bool = False
    """Whether it asks nothing where it stands: a chart's value with a comment, an image's variable of its own. It
    isn't new where it asks something later."""

    @property
    def key(self) -> tuple[ItemKind, str]:
        return self.kind, self.name


def is_bare(path: str) -> bool:
    """Whether a file's name has no suffix, so that only its first line can say what language it is in."""
    return "." not in path.rpartition("/")[2]


HOLE = "\0h"
"""Stands for an argument that isn't known yet."""


@dataclass(frozen=True, slots=True)
class Helper:
    """A function that passes its argument on to something that reads: its call sites are reads.

    ``template`` holds ``HOLE`` where the argument goes, in capitals where it is put in capitals (``APP_`` + ``HOLE``);
    ``at`` is the argument's place, from 0.
    """

    name: str
    kind: ItemKind
    at: int
    parameter: str
    template: str
    spelling: Spelling = each
    takes: str = "one"
    """``one`` argument, or the ``rest`` of them from ``at`` on."""

    def filled(self, argument: str) -> str:
        return self.template.replace(HOLE, argument).replace(HOLE.upper(), re.sub(r"[.-]", "_", argument.upper()))


@dataclass(frozen=True, slots=True)
class Known:
    """What other files of the repository say: constants by name, helpers by name."""

    constants: Mapping[str, str] = field(default_factory=dict)
    helpers: Mapping[str, Helper] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extraction:
    """What one whole file holds. ``wants`` are names whose definition elsewhere could make more items of it."""

    items: tuple[Item, ...] = ()
    helpers: tuple[Helper, ...] = ()
    wants: frozenset[str] = frozenset()


class Detector(Protocol):
    """One language family, one file that exports one ``DETECTOR``."""

    @property
    def kind(self) -> str: ...

    @property
    def pathspecs(self) -> tuple[str, ...]:
        """Git pathspecs of the family's files."""

    def claims(self, path: str) -> bool:
        """Whether a file of this name is of the family."""

    def might_hold(self, source: bytes) -> bool:
        """A quick look, so that most files are never parsed. May say yes for nothing, never no for something."""

    def extract(self, path: str, source: str, known: Known) -> Extraction:
        """Every item of one whole file. Text that doesn't parse gives what can be made out."""

    def constants(self, line: str) -> Mapping[str, str]:
        """Names that a line of code binds to literal texts."""

    def defines(self, name: str, line: str) -> bool:
        """Whether a line may be where a function or a constant of that name is defined."""
