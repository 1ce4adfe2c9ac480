"""From bytes to a ``Policy`` that knows its lines, or to every defect at once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from driftguard.policy import Origin, Policy, json_schema
from driftguard.policy_file import explain, layers, locks, merging
from driftguard.policy_file.defects import Defect, PolicyDefects
from driftguard.policy_file.layers import NO_PARENTS, Layer, Orphan
from driftguard.policy_file.text import MAX_BYTES, only, too_large
from driftguard.policy_file.yaml_tree import Place, Tree
from driftguard.ports import Parents


def load(path: Path, parents: Parents = NO_PARENTS) -> Policy:
    """The policy in the file ``path``. Raises ``PolicyDefects``; a file that can't be read is one defect at 1:1."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise only(str(path), 1, 1, too_large(path.stat().st_size))
        return parse(path.read_bytes(), str(path), parents)
    except OSError as error:
        hint = "; --policy names another place" if isinstance(error, FileNotFoundError) else ""
        raise only(str(path), 1, 1, f"can't be read: {error.strerror}{hint}") from None


def parse(data: bytes, file: str, parents: Parents = NO_PARENTS) -> Policy:
    """The policy in ``data`` over what it extends; ``file`` is the name that defects and decisions show.

    Raises ``PolicyDefects``, those of a parent at the parent's lines.
    """
    try:
        return _Stack(tuple(reversed(layers.read(data, file, parents)))).policy()
    except Orphan as error:
        raise PolicyDefects([*error.defects, *_alone(error.child)]) from None


def schema_text() -> str:
    """The JSON Schema as it is committed: indented, keys sorted, one final newline."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


class _Stack:
    """Files from the topmost parent down to the policy itself."""

    def __init__(self, files: Sequence[Layer]) -> None:
        self.files = files

    def policy(self) -> Policy:
        """Each file over those above it, held to what they lock."""
        tree = merging.marked(self.files[0].tree, 0)
        policy = self._valid(tree, 0)
        for depth, file in enumerate(self.files[1:], 1):
            parent, above = policy, tree
            tree = merging.merged(above, file.tree, depth)
            policy = self._valid(tree, depth)
            loosened = list(self._loosened(parent, policy, tree))
            if loosened:
                raise PolicyDefects(loosened)
        return policy.from_(self._origin(tree))

    def _valid(self, tree: Tree, depth: int) -> Policy:
        """The policy in ``tree``, the files down to ``depth``. Raises every defect of theirs."""
        defects = [*self.files[depth].flaws()]
        policy = None
        try:
            policy = Policy.model_validate(tree.value)
        except ValidationError as error:
            defects += [self._defect(*found) for found in explain.explain(error, tree)]
        defects += [self._defect(*found) for found in _repeated_names(tree)]
        if policy is not None:
            defects += self._idle_locks(policy, tree)
        if policy is None or defects:
            raise PolicyDefects(defects)
        return policy

    def _idle_locks(self, policy: Policy, tree: Tree) -> Iterator[Defect]:
        for index, lock in enumerate(policy.locked):
            if not locks.exists(policy, lock):
                where = f"locked[{index}]"
                yield self._defect(tree.values[where], where, f"'{lock}' locks nothing: there is no such key here")

    def _loosened(self, parent: Policy, child: Policy, tree: Tree) -> Iterator[Defect]:
        for index, lock in enumerate(parent.locked):
            by = self._shown(tree.values[f"locked[{index}]"])
            for found in locks.loosened(lock, parent, child):
                said = f"{by} locks '{lock}' at {found.old}; {found.new} is looser"
                yield self._defect(_nearest(tree, found.path), found.path, said)

    def _defect(self, place: Place, path: str, message: str) -> Defect:
        return self.files[place.layer].defect(place, path, message)

    def _shown(self, place: Place) -> str:
        return f"{self.files[place.layer].file}:{place.line}"

    def _origin(self, tree: Tree) -> Origin:
        own, *above = reversed(self.files)
        lines = {path: self._shown(place) for path, place in (tree.values | tree.keys).items()}
        parents = tuple(file.file for file in above)
        return Origin(own.file, lines, _sha(own, above), parents, tuple(self._moving()))

    def _moving(self) -> Iterator[tuple[str, str, str]]:
        for parent, child in pairwise(self.files):
            if child.extends is not None and not child.extends.pinned:
                where = f"{child.file}:{child.tree.values['extends'].line}"
                yield where, str(child.extends), parent.sha


def _sha(own: Layer, above: Sequence[Layer]) -> str:
    """Of the file's bytes; of all files' names, commits and bytes, where there are several."""
    if not above:
        return own.sha256
    each = [own.sha256, *([file.file, file.sha256] for file in above)]
    return hashlib.sha256(json.dumps(each).encode()).hexdigest()


def _alone(child: Layer) -> list[Defect]:
    """What is wrong with a file whatever its parent says: that something is missing can't be known without it."""
    try:
        Policy.model_validate(child.tree.value)
    except ValidationError as error:
        found = explain.explain(error, child.tree)
        return [*child.flaws(), *(child.defect(*each) for each in found if each[2] != explain.REQUIRED)]
    return child.flaws()


def _nearest(tree: Tree, path: str) -> Place:
    """Where ``path`` stands, or what it stands in."""
    while path and path not in tree.keys and path not in tree.values:
        path = path.rpartition("[")[0] if path.endswith("]") else path.rpartition(".")[0]
    return tree.values.get(path) or tree.keys.get(path) or Place(1, 1)


def _repeated_names(tree: Tree) -> Iterator[tuple[Place, str, str]]:
    """Names that must be unique in their list: a second rule 'docs' could never be told from the first."""
    crossing = tree.value.get("cross_repo")
    contracts = crossing.get("contracts") if isinstance(crossing, Mapping) else None
    yield from _repeated(tree, "rules", tree.value.get("rules"), "name")
    yield from _repeated(tree, "cross_repo.contracts", contracts, "name")
    for index, contract in enumerate(_listed(contracts)):
        consumers = contract.get("consumers") if isinstance(contract, Mapping) else None
        yield from _repeated(tree, f"cross_repo.contracts[{index}].consumers", consumers, "repo")


def _repeated(tree: Tree, path: str, items: object, key: str) -> Iterator[tuple[Place, str, str]]:
    """GitHub knows repositories whatever their case."""
    seen: dict[str, int] = {}
    for index, item in enumerate(_listed(items)):
        name = item.get(key) if isinstance(item, Mapping) else None
        where = f"{path}[{index}].{key}"
        known = name.lower() if isinstance(name, str) and key == "repo" else name
        if isinstance(known, str) and known in seen:
            yield tree.values[where], where, f"the {key} '{name}' is taken, in line {seen[known]}"
        elif isinstance(known, str):
            seen[known] = tree.values[where].line


def _listed(items: object) -> Sequence[Any]:
    return items if isinstance(items, Sequence) and not isinstance(items, str) else ()
