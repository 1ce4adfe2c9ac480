"""One module: its blocks, by python-hcl2, each with its file and line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Unreadable, Version
from driftguard.cross_repo.documents import json_text
from driftguard.errors import MissingExtra

SUFFIXES = (".tf", ".tf.json")
_OVERRIDE = re.compile(r"(^|[/_])override\.tf(\.json)?$")
LABELS = {"variable": 1, "output": 1, "resource": 2, "data": 2, "provider": 1, "module": 1, "check": 1}


@dataclass(frozen=True, slots=True)
class Block:
    """``body`` holds expressions as text (``${...}`` around all but literals) and nested blocks as lists of bodies."""

    kind: str
    labels: tuple[str, ...]
    body: Mapping[str, Any]
    path: str
    line: int

    @property
    def address(self) -> str:
        """``aws_s3_bucket.logs``, ``module.network``, ``var.region``."""
        prefix = {"resource": (), "variable": ("var",)}.get(self.kind, (self.kind,))
        return ".".join((*prefix, *self.labels))


@dataclass(frozen=True, slots=True)
class Module:
    """One directory of a version. ``blocks`` stand in the order of the files."""

    path: str
    blocks: tuple[Block, ...]

    def of(self, kind: str) -> dict[str, Block]:
        """Address -> block of one kind."""
        return {block.address: block for block in self.blocks if block.kind == kind}

    def settings(self) -> list[Block]:
        return [block for block in self.blocks if block.kind == "terraform"]


def read(version: Version) -> dict[str, Module]:
    """Directory -> module. Raises ``Unreadable`` at the first token that isn't HCL."""
    found: dict[str, list[Block]] = {}
    for path in version.paths:
        found.setdefault(path.rpartition("/")[0], []).extend(_blocks(path, sides.read_text(version, path)))
    for blocks in found.values():
        _refuse_twins(blocks)
    return {folder: Module(folder, tuple(blocks)) for folder, blocks in sorted(found.items())}


def _refuse_twins(blocks: list[Block]) -> None:
    """Terraform takes no address twice; files called ``override`` are merged and may repeat one."""
    seen: dict[tuple[str, str], Block] = {}
    for block in blocks:
        if LABELS.get(block.kind) and block.kind != "provider" and not _OVERRIDE.search(block.path):
            first = seen.setdefault((block.kind, block.address), block)
            if first is not block:
                said = f"{block.address} is already defined in {first.path}, line {first.line}"
                raise Unreadable(block.path, max(block.line, 1), 1, f"not Terraform: {said}")


def _blocks(path: str, text: str) -> Iterator[Block]:
    body = json_text.parse(path, text) if path.endswith(".json") else _parsed(path, text)
    if not isinstance(body, dict):
        raise Unreadable(path, 1, 1, "not Terraform: a mapping is expected")
    for kind, found in body.items():
        for one in found if isinstance(found, list) else [found]:
            if isinstance(one, dict):
                yield from _labelled(_Source(path, text), kind, (), one)


@dataclass(frozen=True, slots=True)
class _Source:
    path: str
    text: str

    def line(self, kind: str, labels: tuple[str, ...]) -> int:
        """Where a block begins; python-hcl2 doesn't say. 0 if it is written in a way that isn't expected."""
        words = r"""[\s"]+""".join(map(re.escape, (kind, *labels)))
        header = re.compile(rf"""^[ \t]*{words}["\s]*{{""", re.MULTILINE)
        found = header.search(self.text) or re.search(rf'"{re.escape(labels[-1] if labels else kind)}"', self.text)
        return self.text.count("\n", 0, found.end()) + 1 if found else 0


def _labelled(source: _Source, kind: str, labels: tuple[str, ...], body: Mapping[str, Any]) -> Iterator[Block]:
    """Labels are nested mappings, in JSON and in what python-hcl2 gives."""
    if len(labels) == LABELS.get(kind, 0):
        yield Block(kind, labels, body, source.path, source.line(kind, labels))
        return
    for label, inside in body.items():
        for one in inside if isinstance(inside, list) else [inside]:
            if isinstance(one, dict):
                yield from _labelled(source, kind, (*labels, label.strip('"')), one)


def _parsed(path: str, text: str) -> Any:
    try:
        import hcl2  # noqa: PLC0415 - an extra, and slow to import
        from lark.exceptions import LarkError  # noqa: PLC0415
    except ImportError as error:
        raise MissingExtra("contracts", "comparing Terraform modules") from error
    try:
        return hcl2.loads(text)
    except LarkError as error:
        line, column = getattr(error, "line", 1), getattr(error, "column", 1)
        last = text.count("\n") + 1
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unreadable(path, min(max(line, 1), last), max(column, 1), f"not HCL: {said}") from None
    except (ValueError, TypeError, KeyError, AttributeError, IndexError) as error:  # its transformer on odd input
        raise Unreadable(path, 1, 1, f"not HCL: {error!r}") from None


def plain(value: Any) -> str:
    """An expression as people write it: ``${list(string)}`` and ``"x"`` lose what python-hcl2 puts around them."""
    if not isinstance(value, str):
        return json.dumps(_written(value), sort_keys=True)
    if value.startswith("${") and value.endswith("}"):
        return value[2:-1].strip()
    return value.strip('"')


def _written(value: Any) -> Any:
    """A list or an object without python-hcl2's marks; a text in it stays a text."""
    if isinstance(value, dict):
        return {name: _written(inside) for name, inside in value.items() if not name.startswith("__")}
    if isinstance(value, list):
        return [_written(inside) for inside in value]
    return value.strip('"') if isinstance(value, str) else value
