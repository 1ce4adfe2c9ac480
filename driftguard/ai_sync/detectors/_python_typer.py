"""Options of typer commands: by name in ``typer.Option("--x")``, else by the parameter's name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync.grammar import Node, of_kinds
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.rules import Found, Source
from driftguard.ai_sync.spelling import Named

_OPTION = re.compile(r"(?:typer\.)?Option\(")
_NAMED = re.compile(r"[\"']--?[A-Za-z]")
_COMMAND = re.compile(r"@[\w.]+\.(?:command|callback)\b")
_PLAIN = re.compile(r"^(?:Optional\[)?(?:str|int|float|bool|Path)\b")


def options(source: Source) -> Iterator[Found]:
    if "typer" not in source.text:
        return
    for function in of_kinds(source.root, ["function_definition"]):
        parameters = function.field("parameters")
        if parameters is None:
            continue
        command = _is_command(function)
        for parameter in parameters.children():
            if parameter.kind() in ("typed_default_parameter", "typed_parameter"):
                yield from _option(parameter, command=command)


def _is_command(function: Node) -> bool:
    parent = function.parent()
    return parent is not None and parent.kind() == "decorated_definition" and bool(_COMMAND.search(parent.text()))


def _option(parameter: Node, *, command: bool) -> Iterator[Found]:
    """A parameter with a default is an option; names in its ``Option(...)`` are found as those of any option."""
    text = parameter.text()
    if "Argument(" in text or "hidden=True" in text.replace(" ", "") or "Context" in text:
        return
    explicit = _OPTION.search(text)
    implicit = command and parameter.kind() == "typed_default_parameter" and "Depends" not in text
    if not explicit and not implicit:
        return
    if explicit and _NAMED.search(text[explicit.end() :].partition("help=")[0]):
        return
    name_node = parameter.field("name") or parameter.child(0)
    name = name_node.text().strip("_").replace("_", "-").lower()
    aliases = (f"--no-{name}",) if re.search(r":\s*(?:Annotated\[\s*)?bool\b", text) else ()
    yield Found(ItemKind.CLI_FLAG, Named(f"--{name}", aliases), parameter.range().start.index)
