"""What can't be seen in a repository: from flags, from a person, or as it is where nobody says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, distribution

from driftguard.errors import UsageError
from driftguard.scaffold.detect import Contract, Found

UNKNOWN_COMMIT = "0" * 40
MOST_ASKED = 3
"""Contracts whose consumers are asked for; of more, the policy has a line to fill in."""

Ask = Callable[[str, str], str]
"""A question and what Enter means -> the answer."""

_PROJECT = re.compile(r"(?P<id>[a-z][a-z0-9-]{4,28}[a-z0-9])=(?P<number>[1-9][0-9]{5,18})")
_ENGINE = re.compile(r"(?P<repo>[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)@(?P<commit>[0-9a-f]{40})")


@dataclass(frozen=True, slots=True)
class Engine:
    """Where workflows get DriftGuard from: a repository, and a commit in full."""

    repo: str = "OWNER/driftguard"
    commit: str = UNKNOWN_COMMIT

    @classmethod
    def parse(cls, text: str) -> Engine:
        """``OWNER/NAME@COMMIT``. Raises ``UsageError``: a tag or a branch can be moved to other code."""
        match = _ENGINE.fullmatch(text)
        if match is None:
            raise UsageError(f"--engine {text}: write OWNER/NAME@COMMIT, with all 40 digits of the commit")
        return cls(match["repo"], match["commit"])

    @property
    def known(self) -> bool:
        return self.commit != UNKNOWN_COMMIT


def installed_from() -> Engine:
    """The repository and commit that this DriftGuard was installed from, where pip knows (PEP 610)."""
    try:
        text = distribution("driftguard-engine").read_text("direct_url.json")
        said = json.loads(text or "{}")
        repo = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?/?", said.get("url", ""))
        return Engine.parse(f"{repo[1]}@{said['vcs_info']['commit_id']}") if repo else Engine()
    except (PackageNotFoundError, ValueError, KeyError, UsageError):
        return Engine()


@dataclass(frozen=True, slots=True)
class Project:
    """A Google Cloud project. Policies know it by its number, which nobody can take over; Terraform by its id."""

    id: str
    number: str

    @classmethod
    def parse(cls, text: str) -> Project:
        """``ID=NUMBER``. Raises ``UsageError``."""
        match = _PROJECT.fullmatch(text)
        if match is None:
            raise UsageError(f"'{text}' is not a project's ID=NUMBER (gcloud projects list shows both)")
        return cls(match["id"], match["number"])


@dataclass(frozen=True, slots=True)
class Answers:
    """What can't be seen in the repository."""

    engine: Engine = Engine()
    accounts: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    ttl: str = "24h"
    docs_mode: str = "warn"
    consumers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Contract name -> the repositories that rely on it."""
    subscriptions: tuple[str, ...] = ()
    projects: tuple[Project, ...] = ()

    @property
    def cleans(self) -> bool:
        """Whether any cloud was named."""
        return bool(self.accounts or self.subscriptions or self.projects)


def asked(found: Found, given: Answers, ask: Ask) -> Answers:
    """``given``, and for what it leaves open what ``ask`` gives. Raises ``UsageError`` for an answer that can't be."""
    engine = given.engine if given.engine.known else _engine(ask)
    block = ask("Shall a setting that no documentation names block a pull request? (yes, or only warn: no)", "no")
    contracts = found.contracts[:MOST_ASKED]
    consumers = {each.name: repos for each in contracts if (repos := _consumers(each, ask))}
    accounts = given.accounts or tuple(ask("AWS accounts to clean, separated by spaces (none: Enter)", "").split())
    regions = given.regions
    if accounts:
        regions = regions or tuple(ask("Their regions (all: Enter)", "").split())
    subscriptions = given.subscriptions or tuple(ask("Azure subscriptions to clean, by id (none: Enter)", "").split())
    said = ask("Google Cloud projects to clean: ID=NUMBER (none: Enter)", "").split() if not given.projects else ()
    projects = given.projects or tuple(map(Project.parse, said))
    mode = "block" if block.strip().lower() in ("y", "yes") else "warn"
    answers = Answers(engine, accounts, regions, given.ttl, mode, consumers, subscriptions, projects)
    if not answers.cleans:
        return answers
    return replace(answers, ttl=ask("How long an environment lives that says nothing itself", given.ttl))


def _engine(ask: Ask) -> Engine:
    text = ask("Where workflows get DriftGuard from: OWNER/NAME@COMMIT (later: Enter)", "").strip()
    return Engine.parse(text) if text else Engine()


def _consumers(contract: Contract, ask: Ask) -> tuple[str, ...]:
    paths = ", ".join(contract.paths[:3])
    return tuple(ask(f"Repositories that rely on {paths}: OWNER/NAME, separated by spaces (none: Enter)", "").split())
