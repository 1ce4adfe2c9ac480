"""A child's policy over its parent's, as one tree whose every value still knows the file and line it stands in.

Mappings are joined key by key, and the child's value wins. Lists of named things (``NAMED``) are joined by name: an
entry of the child's is laid over the parent's of that name, or comes after them. Any other list is the child's whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from driftguard.policy_file.yaml_tree import Place, Tree

NAMED = {"rules": "name", "cross_repo.contracts": "name"}
"""Lists whose entries have a name, and the key that holds it."""

JOINED = frozenset({"locked"})
"""Lists that only grow: what a parent locks stays locked."""


def marked(tree: Tree, layer: int) -> Tree:
    """The same tree, its places known to be of the file ``layer``."""
    whole = _Merger(Tree(flaws=tree.flaws))
    whole.out.value = whole.alone(_At(tree, "", tree.value, layer), "")
    return whole.out


def merged(parent: Tree, child: Tree, layer: int) -> Tree:
    """``child``, the file ``layer``, over ``parent``, whose places are marked."""
    merger = _Merger()
    merger.out.value = merger.both(_At(parent, "", parent.value), _At(child, "", child.value, layer), "")
    return merger.out


@dataclass(frozen=True, slots=True)
class _At:
    """A value, and where it stands in its tree. ``layer`` is ``None`` in a tree whose places are marked."""

    tree: Tree
    path: str
    value: Any
    layer: int | None = None

    def key(self, name: str) -> _At:
        return _At(self.tree, f"{self.path}.{name}" if self.path else name, self.value[name], self.layer)

    def item(self, index: int) -> _At:
        return _At(self.tree, f"{self.path}[{index}]", self.value[index], self.layer)

    def items(self) -> list[_At]:
        return [self.item(index) for index in range(len(self.value))]

    def place(self, places: Mapping[str, Place]) -> Place | None:
        found = places.get(self.path)
        return found._replace(layer=self.layer) if found is not None and self.layer is not None else found


@dataclass(frozen=True, slots=True)
class _Merger:
    out: Tree = field(default_factory=Tree)

    def both(self, parent: _At, child: _At, path: str) -> Any:
        if isinstance(parent.value, Mapping) and isinstance(child.value, Mapping):
            return self._mapping(parent, child, path)
        if isinstance(parent.value, Sequence) and isinstance(child.value, list):
            if path in NAMED:
                return self._by_name(parent, child, path)
            if path in JOINED:
                self._mark(child, path)
                return self._listed([*parent.items(), *child.items()], path)
        return self.alone(child, path)

    def alone(self, at: _At, path: str) -> Any:
        self._mark(at, path)
        if isinstance(at.value, Mapping):
            return {name: self.alone(at.key(name), _under(path, name)) for name in at.value}
        if isinstance(at.value, list):
            return self._listed(at.items(), path)
        return at.value

    def _mapping(self, parent: _At, child: _At, path: str) -> dict[str, Any]:
        self._mark(child, path)
        built: dict[str, Any] = {}
        for name in {**parent.value, **child.value}:
            where = _under(path, name)
            if name not in child.value:
                built[name] = self.alone(parent.key(name), where)
            elif name not in parent.value or where == "extends":
                built[name] = self.alone(child.key(name), where)
            else:
                built[name] = self.both(parent.key(name), child.key(name), where)
        return built

    def _by_name(self, parent: _At, child: _At, path: str) -> list[Any]:
        self._mark(child, path)
        own = {_name(at, path): at for at in reversed(child.items()) if _name(at, path) is not None}
        built: list[Any] = []
        for at in parent.items():
            over = own.pop(_name(at, path), None)
            where = f"{path}[{len(built)}]"
            built.append(self.alone(at, where) if over is None else self.both(at, over, where))
        laid = {_name(at, path) for at in parent.items()}
        rest = [at for at in child.items() if _name(at, path) not in laid or at.path != _first(child, at, path)]
        return built + self._listed(rest, path, len(built))

    def _listed(self, items: Sequence[_At], path: str, start: int = 0) -> list[Any]:
        return [self.alone(at, f"{path}[{index}]") for index, at in enumerate(items, start)]

    def _mark(self, at: _At, path: str) -> None:
        for found, kept in ((at.place(at.tree.values), self.out.values), (at.place(at.tree.keys), self.out.keys)):
            if found is not None:
                kept[path] = found


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _name(at: _At, path: str) -> str | None:
    found = at.value.get(NAMED[path]) if isinstance(at.value, Mapping) else None
    return found if isinstance(found, str) else None


def _first(whole: _At, at: _At, path: str) -> str:
    """Where the first entry with the name of ``at`` is: that one was laid over the parent's, a second is a repeat."""
    return next(one.path for one in whole.items() if _name(one, path) == _name(at, path))
