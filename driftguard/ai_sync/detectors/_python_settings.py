"""Fields of pydantic settings classes, https://docs.pydantic.dev/latest/concepts/pydantic_settings/."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from driftguard.ai_sync.expressions import Scope, evaluate, literal
from driftguard.ai_sync.grammar import Node, of_kinds
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named
from driftguard.ai_sync.syntax import strings

_ROOT = "BaseSettings"
_LOOSE = re.compile(r"\b\w*Settings\b")
_ALIAS = re.compile(r"[A-Za-z_]\w*")


@dataclass(frozen=True)
class _Class:
    """A class of the file; ``fields`` are its annotated assignments."""

    name: str
    bases: str
    body: Node
    fields: tuple[Node, ...]


def settings(source: Source) -> Iterator[Found]:
    if "ettings" not in source.text:
        return
    classes = {cls.name: cls for cls in map(_read, of_kinds(source.root, ["class_definition"])) if cls}
    nested = "env_nested_delimiter" in source.text
    for cls in classes.values():
        if _is_settings(cls, classes, set()):
            prefix = _inherited("env_prefix", cls, classes, source)
            delimiter = _inherited("env_nested_delimiter", cls, classes, source) if nested else ""
            yield from _fields(cls, classes, prefix, delimiter)


def _read(node: Node) -> _Class | None:
    body = node.field("body")
    if body is None:
        return None
    bases = node.field("superclasses")
    fields = []
    for statement in body.children():
        inner = statement.child(0) if statement.kind() == "expression_statement" else None
        if inner is not None and inner.kind() == "assignment" and inner.field("type") is not None:
            fields.append(inner)
    return _Class(node.field("name").text(), bases.text() if bases else "", body, tuple(fields))


def _is_settings(cls: _Class, classes: Mapping[str, _Class], seen: set[str]) -> bool:
    if _ROOT in cls.bases:
        return True
    seen.add(cls.name)
    named = [classes[name] for name in re.findall(r"\w+", cls.bases) if name in classes and name not in seen]
    if any(_is_settings(parent, classes, seen) for parent in named):
        return True
    configured = "SettingsConfigDict" in cls.body.text() or "env_prefix" in cls.body.text()
    return configured and _LOOSE.search(cls.bases) is not None


def _inherited(option: str, cls: _Class, classes: Mapping[str, _Class], source: Source) -> str:
    for keyword in cls.body.find_all(kind="keyword_argument"):
        if keyword.field("name").text() == option:
            return evaluate(keyword.field("value").text(), Scope(source.constants)) or ""
    found = re.search(rf"\b[\"']?{option}[\"']?\s*[=:]\s*(?P<value>[^\n,}})]+)", f"{cls.bases}\n{cls.body.text()}")
    if found:
        return evaluate(found["value"], Scope(source.constants)) or ""
    parents = (classes[name] for name in re.findall(r"\w+", cls.bases) if name in classes and name != cls.name)
    return next((value for parent in parents if (value := _inherited(option, parent, classes, source))), "")


def _fields(cls: _Class, classes: Mapping[str, _Class], prefix: str, delimiter: str, depth: int = 3) -> Iterator[Found]:
    """An alias stands for itself; without one the prefix and the field's name, in capitals as people write them."""
    for field in cls.fields:
        name, kind = field.field("left").text(), field.field("type").text()
        if name in ("model_config", "Config") or name.startswith("_") or "ClassVar" in kind:
            continue
        aliases = [*_aliases(field), *_configured(name, cls)]
        model = next((classes[word] for word in re.findall(r"\w+", kind) if word in classes), None)
        inner = model and model.fields and not _is_enum(model) and depth
        if model and inner and (delimiter or _is_settings(model, classes, set())):
            if delimiter:
                yield from _fields(model, classes, f"{prefix}{name}{delimiter}", delimiter, depth - 1)
            continue
        named = Named(aliases[0], tuple(aliases[1:])) if aliases else Named(f"{prefix}{name}".upper())
        if _ALIAS.fullmatch(named.name):
            yield Found(ItemKind.ENV_VAR, named, field.range().start.index)


def _configured(field: str, cls: _Class) -> Iterator[str]:
    """The first version's ``fields = {"x": {"env": "X"}}``."""
    if "fields" in cls.body.text():
        found = re.search(rf"[\"']{field}[\"']\s*:\s*\{{\s*[\"']env[\"']\s*:\s*[\"'](\w+)", cls.body.text())
        yield from found.groups() if found else ()


def _is_enum(cls: _Class) -> bool:
    return "Enum" in cls.bases


def _aliases(field: Node) -> Iterator[str]:
    """From ``Field(...)`` on the right, or inside ``Annotated[...]``."""
    for keyword in field.find_all(kind="keyword_argument"):
        if keyword.field("name").text() in ("alias", "validation_alias", "env"):
            yield from filter(None, map(literal, strings(keyword.field("value").text())))
