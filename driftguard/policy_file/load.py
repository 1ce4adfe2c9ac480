"""From bytes to a ``Policy`` that knows its lines, or to every defect at once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from driftguard.policy import Policy, json_schema
from driftguard.policy_file import explain, yaml_tree
from driftguard.policy_file.defects import Defect, PolicyDefects
from driftguard.policy_file.yaml_tree import Tree, Unusable

MAX_BYTES = 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ufeff]")


def load(path: Path) -> Policy:
    """The policy in the file ``path``. Raises ``PolicyDefects``; a file that can't be read is one defect at 1:1."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise _only(str(path), 1, 1, _too_large(path.stat().st_size))
        return parse(path.read_bytes(), str(path))
    except OSError as error:
        hint = "; --policy names another place" if isinstance(error, FileNotFoundError) else ""
        raise _only(str(path), 1, 1, f"can't be read: {error.strerror}{hint}") from None


def parse(data: bytes, file: str) -> Policy:
    """The policy in ``data``; ``file`` is the name that defects and decisions show. Raises ``PolicyDefects``."""
    text = _text(data, file)
    try:
        tree = yaml_tree.read(text)
    except Unusable as error:
        raise PolicyDefects([_defect(file, text, error.flaw.place, error.flaw.path, error.flaw.message)]) from None
    defects = [_defect(file, text, flaw.place, flaw.path, flaw.message) for flaw in tree.flaws]
    if not isinstance(tree.value, Mapping):
        what = "is empty" if tree.value is None else "is not a mapping of keys to values"
        raise _only(file, 1, 1, f"{what}; a policy begins with 'version: 1'")
    try:
        policy = Policy.model_validate(tree.value)
    except ValidationError as error:
        defects += [_defect(file, text, *found) for found in explain.explain(error, tree)]
    defects += [_defect(file, text, *found) for found in _repeated_names(tree)]
    if defects:
        raise PolicyDefects(defects)
    lines = {path: place[0] for path, place in (tree.values | tree.keys).items()}
    return policy.located(file, lines, hashlib.sha256(data).hexdigest())


def schema_text() -> str:
    """The JSON Schema as it is committed: indented, keys sorted, one final newline."""
    return json.dumps(json_schema(), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _text(data: bytes, file: str) -> str:
    """``data`` as text, if it is text as a policy must be: one form, so that its SHA is the same on every machine."""
    if len(data) > MAX_BYTES:
        raise _only(file, 1, 1, _too_large(len(data)))
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _only(file, 1, 1, "begins with a byte-order mark; save it as UTF-8 without one")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, col = _line_col(data[: error.start].decode("latin-1"))
        raise _only(file, line, col, f"is not UTF-8: byte 0x{data[error.start]:02x}; save it as UTF-8") from None
    if "\r" in text:
        line, col = _line_col(text[: text.index("\r")])
        advice = "save it with LF (.gitattributes: 'policy.yaml text eol=lf')"
        raise _only(file, line, col, f"has Windows line ends (CRLF); {advice}")
    control = _CONTROL.search(text)
    if control:
        line, col = _line_col(text[: control.start()])
        raise _only(file, line, col, f"has a control character U+{ord(control[0]):04X}; remove it")
    return text


def _too_large(size: int) -> str:
    return f"is {size / MAX_BYTES:.1f} MiB; a policy has at most 1 MiB"


def _line_col(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _only(file: str, line: int, col: int, message: str) -> PolicyDefects:
    return PolicyDefects([Defect(file, line, col, "file", message)])


def _defect(file: str, text: str, place: tuple[int, int], path: str, message: str) -> Defect:
    last = max(1, text.count("\n") + (not text.endswith("\n")))
    return Defect(file, min(place[0], last), place[1], path or "file", message)


def _repeated_names(tree: Tree) -> Iterator[tuple[tuple[int, int], str, str]]:
    """Names that must be unique in their list: a second rule 'docs' could never be told from the first."""
    crossing = tree.value.get("cross_repo")
    contracts = crossing.get("contracts") if isinstance(crossing, Mapping) else None
    for path, items in (("rules", tree.value.get("rules")), ("cross_repo.contracts", contracts)):
        seen: dict[str, int] = {}
        for index, item in enumerate(items if isinstance(items, Sequence) and not isinstance(items, str) else ()):
            name = item.get("name") if isinstance(item, Mapping) else None
            where = f"{path}[{index}].name"
            if isinstance(name, str) and name in seen:
                yield tree.values[where], where, f"the name '{name}' is taken, in line {seen[name]}"
            elif isinstance(name, str):
                seen[name] = tree.values[where][0]
