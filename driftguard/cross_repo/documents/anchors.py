"""YAML that gives an anchor twice: an alias means the last one before it (https://yaml.org/spec/1.2.2/#71-alias-nodes).

PyYAML refuses that. Its libyaml composer can't be told otherwise, so that such a text is composed in Python, from
libyaml's events: slower, and only when the fast way has failed on it.
"""

from __future__ import annotations

from typing import Any

import yaml
from yaml.composer import Composer, ComposerError


def repeated(error: yaml.YAMLError) -> bool:
    """Whether that is all that was wrong."""
    return isinstance(error, ComposerError) and str(error.context).startswith("found duplicate anchor")


def composer(loader: Any) -> Any:
    """A loader like ``loader``, which takes an anchor given again."""

    class Lenient(Composer, loader):  # type: ignore[misc]
        """Python's composer over the loader's events."""

        def __init__(self, stream: str) -> None:
            loader.__init__(self, stream)
            Composer.__init__(self)

        def compose_node(self, parent: Any, index: Any) -> Any:
            anchor = getattr(self.peek_event(), "anchor", None)
            if anchor is not None and not self.check_event(yaml.AliasEvent):
                self.anchors.pop(anchor, None)
            return super().compose_node(parent, index)

    return Lenient
