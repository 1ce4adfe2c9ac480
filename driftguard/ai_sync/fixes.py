"""A line that is ready to paste, in the style of the place where an item's neighbours are documented."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from driftguard.ai_sync.blocks import block
from driftguard.ai_sync.docs import Docs
from driftguard.ai_sync.items import Item
from driftguard.ports import WordHit

_NEIGHBOURS = 12
_LITERAL = re.compile(r"(?P<quote>[\"'`])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)")
_SENTENCE = re.compile(r"[^\"`{}\n]*[A-Za-z][^\"`{}\n]* [^\"`{}\n]+")
_AFTER_NAME = re.compile(
    r"^(?P<close>[`*_\"')\]]*(?:[ =]<?[A-Za-z.]+>?(?=[`]))?[`*]*)(?P<gap>\s*(?:[-\u2013\u2014:=|]+\s*)?)"
)
_SAY = "TODO: say what it does"


@dataclass(frozen=True)
class Fix:
    """``text`` goes after ``line`` of ``path``; without a path there is no place for it yet."""

    text: str
    path: str = ""
    line: int = 0


def fixes(items: Sequence[Item], known: Sequence[Item], docs: Docs) -> Mapping[tuple[str, str], Fix]:
    """A fix for each of ``items``; ``known`` are all items of the files that changed."""
    beside: dict[tuple[str, str], list[Item]] = defaultdict(list)
    for other in known:
        beside[other.kind.value, other.path].append(other)
    near = {item.key: _neighbours(item, beside[item.kind.value, item.path]) for item in items}
    mentioned = docs.mentions({other.key: other for others in near.values() for other in others}.values())
    return {item.key: _fix(item, near[item.key], mentioned, docs) for item in items}


def _neighbours(item: Item, known: Sequence[Item]) -> list[Item]:
    """The nearest items of the same kind in the same file."""
    others = [
        other for other in known if other.kind is item.kind and other.path == item.path and other.name != item.name
    ]
    return sorted(others, key=lambda other: abs(other.line - item.line))[:_NEIGHBOURS]


def _fix(item: Item, near: Sequence[Item], mentioned: Mapping[tuple[str, str], Sequence[WordHit]], docs: Docs) -> Fix:
    for other in near:
        for hit in sorted(mentioned.get(other.key, ()), key=_rank):
            text = in_style(hit, other.name, item)
            if text:
                return _below(text, hit, item, docs)
    return Fix(f"- `{item.name}`: {description(item)}")


def _below(text: str, hit: WordHit, item: Item, docs: Docs) -> Fix:
    """After the neighbour's line; after all that is told of the neighbour where its name stands alone."""
    alone = not text.endswith(description(item)) and "=" not in text and "|" not in text
    found = block(docs.lines(hit.path), hit.line) if alone else None
    if found is None:
        return Fix(text, hit.path, hit.line)
    return Fix(found.text(text, description(item)), hit.path, found.last)


def _rank(hit: WordHit) -> int:
    """Lists and tables before sentences."""
    text = hit.text.lstrip()
    return 0 if text.startswith(("|", "-", "*", "#", "`")) or re.match(r"[A-Z_]+=", text) else 1


def description(item: Item) -> str:
    """The help text in the line of code, where it has one."""
    sentences = [text for text in _sentences(item.text) if item.name not in text]
    return max(sentences, key=len).strip().replace("|", "\\|") if sentences else _SAY


def _sentences(code: str) -> Iterator[str]:
    """Literals of more than a word; a struct's tag or a template is a literal that holds others."""
    for literal in _LITERAL.finditer(code):
        if _SENTENCE.fullmatch(literal["text"]):
            yield literal["text"]
        else:
            yield from _sentences(literal["text"])


def in_style(hit: WordHit, neighbour: str, item: Item) -> str:
    """The neighbour's line with the item in its place; ``""`` where that line is a sentence like any other."""
    line, at = hit.text, hit.text.find(neighbour)
    before, after = line[:at], line[at + len(neighbour) :]
    if at < 0:
        return ""
    if _is_settings_file(hit.path) or (re.fullmatch(r"\s*(?:#\s*)?(?:export\s+)?", before) and after.startswith("=")):
        return f"{before}{item.name}=" if after.startswith("=") else f"{before}{item.name}{after[:1]}"
    if line.lstrip().startswith("|") or line.count("|") > 1:
        return _row(line, at, neighbour, item)
    if re.fullmatch(r"\s*(?:[-*+]|\d+\.|#{2,6}|\.\.\s+\w+::)?\s*[`*_\"']*(?:-\w,?\s*)?", before):
        found = _AFTER_NAME.match(after)
        assert found is not None  # every part of it may be empty
        rest = f"{found['gap'] or ': '}{description(item)}" if after[found.end() :].strip() else found["gap"].rstrip()
        return f"{before}{item.name}{found['close']}{rest}"
    return ""


def _row(line: str, at: int, neighbour: str, item: Item) -> str:
    """The name in its cell, the description in the longest of the others, the rest empty."""
    cells = re.split(r"(?<!\\)\|", line)
    starts = [sum(len(cell) + 1 for cell in cells[:index]) for index in range(len(cells))]
    named = max(index for index, start in enumerate(starts) if start <= at)
    others = [index for index, cell in enumerate(cells) if index != named and cell.strip()]
    told = max(others, key=lambda index: len(cells[index]), default=-1)
    filled = [
        _cell(cell, neighbour, item) if index == named else f" {description(item)} " if index == told else _blank(cell)
        for index, cell in enumerate(cells)
    ]
    return "|".join(filled)


def _cell(cell: str, neighbour: str, item: Item) -> str:
    """The neighbour's marks around the name; what else names the neighbour there (a key, an anchor) is its own."""
    at = cell.find(neighbour)
    opening = re.search(r"[`*_]*$", cell[:at])
    close = re.match(r"[`*_]*", cell[at + len(neighbour) :])
    space = cell[: len(cell) - len(cell.lstrip())]
    return f"{space}{opening[0] if opening else ''}{item.name}{close[0] if close else ''} "


def _blank(cell: str) -> str:
    return " " if cell.strip() else cell


def _is_settings_file(path: str) -> bool:
    name = PurePosixPath(path).name
    return ".env" in name or name.startswith("env.") or name.endswith(".env")
