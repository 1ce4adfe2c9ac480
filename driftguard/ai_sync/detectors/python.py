"""Python: environment variables read through ``os`` and pydantic settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from driftguard.ai_sync import grammar
from driftguard.ai_sync.grammar import Node
from driftguard.ai_sync.items import Item, ItemKind

_HINT = re.compile(rb"environ|getenv|BaseSettings")

READS = tuple(
    form.replace("ENVIRON", environ)
    for environ in ("os.environ", "environ", "os.environb", "environb")
    for form in (
        "ENVIRON[$NAME]",
        "ENVIRON.get($NAME)",
        "ENVIRON.get($NAME, $$$REST)",
        "ENVIRON.pop($NAME)",
        "ENVIRON.pop($NAME, $$$REST)",
        "ENVIRON.setdefault($NAME, $$$REST)",
        "ENVIRON.__getitem__($NAME)",
        "$NAME in ENVIRON",
        "$NAME not in ENVIRON",
    )
) + tuple(
    form.replace("GETENV", getenv)
    for getenv in ("os.getenv", "getenv", "os.getenvb")
    for form in ("GETENV($NAME)", "GETENV($NAME, $$$REST)", "GETENV(key=$NAME)")
)
"""Patterns whose ``$NAME`` is a variable that the program reads. The bare ones count where ``os`` is imported from."""

_LITERAL = re.compile(r"""[bBuUrR]{0,2}(?P<quote>"{3}|'{3}|"|')(?P<text>[A-Za-z_][A-Za-z0-9_]*)(?P=quote)""")


class PythonDetector:
    """``.py`` and ``.pyi`` files."""

    kind: ClassVar[str] = "python"

    def claims(self, path: str) -> bool:
        return path.endswith((".py", ".pyi"))

    def might_hold(self, source: bytes) -> bool:
        return _HINT.search(source) is not None

    def extract(self, path: str, source: str) -> Iterator[Item]:
        root = grammar.parse(source, "python")
        lines = source.splitlines()
        for node in grammar.matches(root, READS):
            literal = _LITERAL.fullmatch(node.get_match("NAME").text())
            if literal and not _is_written(node):
                yield _item(path, lines, node, literal["text"])
        for node, name in _settings(root):
            yield _item(path, lines, node, name)


def _item(path: str, lines: list[str], node: Node, name: str) -> Item:
    line, column = grammar.line_of(node)
    return Item(ItemKind.ENV_VAR, name, path, line, column, lines[line - 1].strip())


def _is_written(node: Node) -> bool:
    """``os.environ["X"] = …`` and ``del os.environ["X"]`` set the surroundings of others; they read nothing."""
    parent = node.parent()
    if parent is None or node.kind() != "subscript":
        return False
    if parent.kind() == "assignment":
        left = parent.field("left")
        return left is not None and left.range().start.index == node.range().start.index
    return bool(parent.kind() == "delete_statement")


def _settings(root: Node) -> Iterator[tuple[Node, str]]:
    """Fields of pydantic settings classes, https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""
    for cls in root.find_all(kind="class_definition"):
        bases, body = cls.field("superclasses"), cls.field("body")
        if bases is None or body is None or "BaseSettings" not in bases.text():
            continue
        prefix = _prefix(body)
        for statement in body.children():
            assignment = statement.child(0) if statement.kind() == "expression_statement" else None
            if assignment is None or assignment.kind() != "assignment" or assignment.field("type") is None:
                continue
            for name in _field_names(assignment, prefix):
                yield assignment, name


def _prefix(body: Node) -> str:
    found = body.find(pattern="env_prefix=$PREFIX") or body.find(pattern="env_prefix = $PREFIX")
    if found is None:
        keyword = next(
            (n for n in body.find_all(kind="keyword_argument") if n.field("name").text() == "env_prefix"), None
        )
        return _literal(keyword.field("value")) if keyword is not None else ""
    return _literal(found.get_match("PREFIX"))


def _field_names(assignment: Node, prefix: str) -> Iterator[str]:
    """An alias stands for itself; without one the prefix and the field's name, in capitals as people write them."""
    name, value = assignment.field("left").text(), assignment.field("right")
    if name == "model_config" or name.startswith("_") or "ClassVar" in assignment.field("type").text():
        return
    aliases = list(_aliases(value)) if value is not None else []
    yield from aliases or [f"{prefix}{name}".upper()]


def _aliases(value: Node) -> Iterator[str]:
    for keyword in value.find_all(kind="keyword_argument"):
        if keyword.field("name").text() in ("alias", "validation_alias", "env"):
            for string in keyword.field("value").find_all(kind="string"):
                yield _literal(string)


def _literal(node: Node) -> str:
    literal = _LITERAL.fullmatch(node.text())
    return literal["text"] if literal else ""


DETECTOR = PythonDetector()
