"""GitHub: inputs and outputs of actions; inputs, outputs and secrets of reusable workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from driftguard.ai_sync import yaml_nodes
from driftguard.ai_sync.items import ItemKind
from driftguard.ai_sync.plain import PlainReader
from driftguard.ai_sync.rules import Found
from driftguard.ai_sync.spelling import Named

_ACTION = {"inputs": ItemKind.ACTION_INPUT, "outputs": ItemKind.ACTION_OUTPUT}
_WORKFLOW = {
    "inputs": ItemKind.WORKFLOW_INPUT,
    "outputs": ItemKind.WORKFLOW_OUTPUT,
    "secrets": ItemKind.WORKFLOW_SECRET,
}


def _find(path: str, text: str) -> Iterator[Found]:
    root = yaml_nodes.compose(text)
    is_action = path.endswith(("action.yml", "action.yaml"))
    kinds = _ACTION if is_action else _WORKFLOW
    above = root if is_action else yaml_nodes.get(root, "on", "workflow_call")
    for section, kind in kinds.items():
        for key, value in yaml_nodes.pairs(yaml_nodes.get(above, section)):
            if not yaml_nodes.scalar(yaml_nodes.get(value, "deprecationMessage")):
                yield Found(kind, Named(str(key.value)), yaml_nodes.start(key))


DETECTOR = PlainReader(
    "actions",
    ("*/action.yml", "*/action.yaml", "/.github/workflows/*.yml", "/.github/workflows/*.yaml"),
    re.compile(rb"workflow_call|^(?:inputs|outputs):", re.MULTILINE),
    _find,
)
