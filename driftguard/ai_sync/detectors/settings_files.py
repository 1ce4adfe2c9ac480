"""Settings files that ask for variables: Spring's, Symfony's, Rails', HOCON's placeholders; Spring's own keys."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from driftguard.ai_sync import yaml_nodes
from driftguard.ai_sync.detectors._spring import PLACEHOLDER, relaxed
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_SYMFONY = re.compile(r"%env\((?:[\w\\]+:)*(?P<name>[A-Z_][A-Z0-9_]*)\)%")
_RAILS = re.compile(r"<%%?[^%]*?\bENV(?:\.fetch\(|\[)\s*[\"'](?P<name>\w+)[\"'][^%]*?%>")
_HOCON = re.compile(r"\$\{\??(?P<name>[A-Z][A-Z0-9]*_[A-Z0-9_]+)\}")
_DEFAULTED = re.compile(r"\$\{(?P<name>[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*):?-[^}\n]*\}")
_ANSIBLE = re.compile(r"\b(?:lookup|query)\(\s*[\"'](?:ansible\.builtin\.)?env[\"']\s*,\s*[\"'](?P<name>\w+)")
_SPRING = re.compile(r"(?:application|bootstrap)(?:-[\w-]+)?\.(?:ya?ml|properties)")
_FRAMEWORK = re.compile(
    r"(?:spring|server|management|logging|info|debug|eureka|feign|ribbon|hystrix|springdoc|quarkus|micronaut|camel|endpoints|security|flyway|liquibase)\b"
)
_PROPERTY = re.compile(r"^[ \t]*(?P<name>[A-Za-z][\w.\[\]-]*)[ \t]*[=:][ \t]*(?P<value>[^\n]*)", re.MULTILINE)
_UPPER = re.compile(r"[A-Z][A-Z0-9_]+")


def _find(path: str, text: str) -> Iterator[Found]:
    name = PurePosixPath(path).name
    for pattern in (_SYMFONY, _RAILS, _DEFAULTED, _ANSIBLE, *((_HOCON,) if name.endswith(".conf") else ())):
        for match in pattern.finditer(text):
            if not _is_comment(text, match.start()):
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), match.start("name"))
    if _SPRING.fullmatch(name) or "src/main/resources/" in path:
        for match in PLACEHOLDER.finditer(text):
            if _UPPER.fullmatch(match["name"]) and not _is_comment(text, match.start()):
                yield Found(ItemKind.ENV_VAR, Named(match["name"]), match.start())
        if _SPRING.fullmatch(name):
            yield from _keys(name, text)


def _keys(name: str, text: str) -> Iterator[Found]:
    """A key of the application's own that takes its value from no variable can be set by its relaxed name."""
    if name.endswith(".properties"):
        found = ((match["name"], match["value"], match.start("name")) for match in _PROPERTY.finditer(text))
    else:
        found = ((key, value, at) for key, value, at in _leaves(yaml_nodes.compose(text), ""))
    for key, value, at in found:
        if "." in key and "${" not in value and not _FRAMEWORK.match(key) and not _UPPER.fullmatch(key):
            yield Found(ItemKind.ENV_VAR, relaxed(key), at)


def _leaves(node: yaml_nodes.Node | None, prefix: str) -> Iterator[tuple[str, str, int]]:
    for key, value in yaml_nodes.pairs(node):
        if isinstance(value, yaml.MappingNode):
            yield from _leaves(value, f"{prefix}{key.value}.")
        else:
            yield f"{prefix}{key.value}", yaml_nodes.scalar(value), yaml_nodes.start(key)


def _is_comment(text: str, at: int) -> bool:
    return text[text.rfind("\n", 0, at) + 1 : at].lstrip().startswith("#")


DETECTOR = PlainReader(
    "settings_files",
    (
        "*/application*.yml",
        "*/application*.yaml",
        "*/application*.properties",
        "*/bootstrap*.yml",
        "*/src/main/resources/*.yml",
        "*/src/main/resources/*.yaml",
        "*/src/main/resources/*.properties",
        "*/config/*.yml",
        "*/config/*.yaml",
        "*.yml.erb",
        "*.conf",
        "*/services.yaml",
        "*/ansible/*.yml",
        "*/tasks/*.yml",
        "*/roles/*.yml",
        "*/group_vars/*.yml",
        "*/playbook*.yml",
    ),
    re.compile(rb"\$\{|lookup\(|%env\(|ENV\b|^[a-z][\w.-]*\s*[:=]", re.MULTILINE),
    _find,
)
