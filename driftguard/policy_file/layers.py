"""A policy file and those that it extends, read one after the other: child first. No file is asked for twice."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from driftguard.errors import DriftGuardError, UsageError
from driftguard.policy import Reference
from driftguard.policy_file import yaml_tree
from driftguard.policy_file.defects import Defect, PolicyDefects
from driftguard.policy_file.text import text_of
from driftguard.policy_file.yaml_tree import Place, Tree, Unusable
from driftguard.ports import ParentFile, Parents

MOST = 4
"""Parents above one another: a chain that people still follow."""

_TOKENS = (("cross_repo", "DRIFTGUARD_TOKEN"), ("github", "GITHUB_TOKEN"))


@dataclass(frozen=True, slots=True)
class Layer:
    """One file. ``file`` is its name for people; ``extends`` is what it says, ``sha`` the commit of a parent's."""

    file: str
    text: str
    tree: Tree
    sha256: str
    extends: Reference | None = None
    sha: str = ""

    def defect(self, place: Place, path: str, message: str) -> Defect:
        last = max(1, self.text.count("\n") + (not self.text.endswith("\n")))
        return Defect(self.file, min(place.line, last), place.col, path or "file", message)

    def flaws(self) -> list[Defect]:
        return [self.defect(flaw.place, flaw.path, flaw.message) for flaw in self.tree.flaws]


class Orphan(PolicyDefects):
    """The parent can't be had; ``child`` is what could be read."""

    def __init__(self, child: Layer, defect: Defect) -> None:
        super().__init__([defect])
        self.child = child


class NoParents:
    """``ports.Parents`` where nothing may be fetched."""

    def fetch(self, reference: Reference, tokens: Sequence[str]) -> ParentFile:
        raise UsageError(f"{reference} is not looked up here ({', '.join(tokens)})")


NO_PARENTS = NoParents()


def read(data: bytes, file: str, parents: Parents) -> tuple[Layer, ...]:
    """The file and all that it extends, child first. Raises ``PolicyDefects``; ``Orphan`` where a parent is missing."""
    layers = [_layer(data, file)]
    tokens = _tokens(layers[0].tree.value)
    while (reference := layers[-1].extends) is not None:
        _bounded(layers, reference)
        layers.append(_parent(layers[-1], reference, parents, tokens))
    return tuple(layers)


def _layer(data: bytes, file: str, sha: str = "") -> Layer:
    text = text_of(data, file)
    try:
        tree = yaml_tree.read(text)
    except Unusable as error:
        bare = Layer(file, text, Tree(), "")
        raise PolicyDefects([bare.defect(error.flaw.place, error.flaw.path, error.flaw.message)]) from None
    if not isinstance(tree.value, Mapping):
        what = "is empty" if tree.value is None else "is not a mapping of keys to values"
        raise PolicyDefects([Defect(file, 1, 1, "file", f"{what}; a policy begins with 'version: 1'")])
    return Layer(file, text, tree, hashlib.sha256(data).hexdigest(), _reference(tree.value.get("extends")), sha)


def _reference(value: object) -> Reference | None:
    """``None`` for what doesn't have the form: the schema says so."""
    try:
        return Reference.parse(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _bounded(layers: Sequence[Layer], reference: Reference) -> None:
    """Raises where the chain turns back on itself, or goes on and on."""
    above = [layer.extends for layer in layers[:-1] if layer.extends]
    places = [one.place.lower() for one in above]
    if reference.place.lower() in places:
        ring = [*above[places.index(reference.place.lower()) :], reference]
        raise _orphan(layers[-1], f"a cycle: {' -> '.join(map(str, ring))}")
    if len(above) >= MOST:
        raise _orphan(layers[-1], f"more than {MOST} files above one another: {' -> '.join(map(str, above))} -> …")


def _parent(child: Layer, reference: Reference, parents: Parents, tokens: Sequence[str]) -> Layer:
    try:
        found = parents.fetch(reference, tokens)
    except DriftGuardError as error:
        raise _orphan(child, str(error)) from None
    return _layer(found.data, f"{reference.place}@{found.sha}", found.sha)


def _orphan(child: Layer, message: str) -> Orphan:
    return Orphan(child, child.defect(child.tree.values["extends"], "extends", message))


def _tokens(value: Mapping[str, Any]) -> tuple[str, ...]:
    """The environment variables that may hold a token for a parent, as the child names them."""
    sections = [(value.get(section), usual) for section, usual in _TOKENS]
    named = [(one.get("token_env"), usual) if isinstance(one, Mapping) else (None, usual) for one, usual in sections]
    return tuple(name if isinstance(name, str) else usual for name, usual in named)
