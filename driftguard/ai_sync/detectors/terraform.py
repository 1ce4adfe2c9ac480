"""Terraform and OpenTofu: what a module asks for and what it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync import grammar
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_BLOCK = re.compile(r"(?P<kind>variable|output)\s+\"?(?P<name>[\w-]+)\"?\s*\{")
_KINDS = {"variable": ItemKind.TERRAFORM_VARIABLE, "output": ItemKind.TERRAFORM_OUTPUT}


def _find(path: str, text: str) -> Iterator[Found]:  # noqa: ARG001
    for node in grammar.of_kinds(grammar.parse(text, "hcl"), ["block"]):
        match = _BLOCK.match(node.text())
        if match:
            yield Found(_KINDS[match["kind"]], Named(match["name"]), node.range().start.index)


DETECTOR = PlainReader("terraform", ("*.tf", "*.tofu"), re.compile(rb"\b(?:variable|output)\b"), _find)
