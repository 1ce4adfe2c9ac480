"""Whose policy governs a run, before anything is built for it."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from driftguard import governance, keys, policy_file, shards
from driftguard.errors import NotFound
from driftguard.governance import Change, Governing
from driftguard.model import Event, Mode, Severity
from driftguard.policy import Policy, Reference
from driftguard.ports import ParentFile, Parents, SourceTree
from driftguard.wiring.probes import is_key_file
from driftguard.wiring.receiving import webhook
from driftguard.wiring.request import DEFAULT_POLICY, Request


@dataclass
class LazyParents:
    """``ports.Parents``. A policy that extends nothing loads no client and reaches nobody."""

    environ: Mapping[str, str]

    @cached_property
    def _store(self) -> Parents:
        store: Parents = importlib.import_module("driftguard.clients.parents").parents(self.environ)
        return store

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        return self._store.fetch(reference, tokens)


def load_policy(request: Request, environ: Mapping[str, str] = os.environ) -> Policy:
    """The policy that ``--policy`` names, else the one beside the repository."""
    return policy_file.load(_policy_path(request), LazyParents(environ))


def govern(request: Request, environ: Mapping[str, str]) -> Governing:
    """The policy that governs this run: in Actions a pull request's base's, else what ``load_policy`` finds."""
    event = webhook(request, environ) if environ.get("GITHUB_ACTIONS") == "true" else None
    governing = _base_s(request, event, environ) if event is not None and event.base_sha else None
    governing = governing or Governing(load_policy(request, environ))
    if request.shard is not None:
        governing = replace(governing, policy=shards.narrowed(governing.policy, request.shard))
    stored = keys.long_lived(governing.policy, environ, is_key_file)
    if any(finding.severity is Severity.ERROR for finding in stored):
        governing = replace(governing, mode=Mode.REHEARSAL)
    return replace(governing, findings=(*governing.findings, *governance.moving(governing.policy), *stored))


@contextmanager
def open_tree(directory: Path) -> Iterator[tuple[SourceTree, str]]:
    """The repository in ``directory``, and the name of its default branch. Raises ``UsageError`` if there is none."""
    git = importlib.import_module("driftguard.clients.git")
    with git.GitTree.open(directory) as tree:
        yield tree, tree.branch()


def _policy_path(request: Request) -> Path:
    return request.policy_path or request.repo_dir / DEFAULT_POLICY


def _base_s(request: Request, event: Event, environ: Mapping[str, str]) -> Governing | None:
    """``None`` for a policy that lies outside of the repository: no pull request reaches it there."""
    with open_tree(request.repo_dir) as (tree, _):
        name = _name_in(request.repo_dir, _policy_path(request))
        if name is None:
            return None
        try:
            own = tree.read(tree.resolve(event.sha), name)
        except NotFound:
            own = tree.read("", name)  # the work tree: where only the merge commit was fetched
        base = _base(tree, event)
        if base != event.base_sha and own == _read(tree, event.base_sha or "", name):
            own = _read(tree, base, name)  # changed on the base branch since, not here
        change = Change(name, own, event.repo.partition("/")[0])
        return governance.of_pull_request(tree, base, change, LazyParents(environ))


def _read(tree: SourceTree, revision: str, name: str) -> bytes | None:
    try:
        return tree.read(revision, name)
    except NotFound:
        return None


def _base(tree: SourceTree, event: Event) -> str:
    """The base branch as it is now, where this clone has it: an older one may allow what was stopped since.

    The event tells the commit of the last push, which may be months ago.
    """
    pull = event.payload.get("pull_request")
    branch = pull["base"].get("ref") if isinstance(pull, Mapping) and isinstance(pull.get("base"), Mapping) else None
    try:
        return tree.resolve(f"refs/remotes/origin/{branch}")
    except NotFound:
        return event.base_sha or ""


def _name_in(repo_dir: Path, path: Path) -> str | None:
    """``path`` as git names it from the repository's top; ``None`` if it lies outside.

    By its words, without following links: a link is the pull request's, and may lead to any file.
    """
    top = Path(os.path.abspath(repo_dir))  # noqa: PTH100 - resolve() follows links
    while not (top / ".git").exists() and top != top.parent:
        top = top.parent
    if not (top / ".git").exists():
        return None  # a bare repository has no policy beside it
    try:
        return Path(os.path.abspath(path)).relative_to(top).as_posix()  # noqa: PTH100 - see above
    except ValueError:
        return None
