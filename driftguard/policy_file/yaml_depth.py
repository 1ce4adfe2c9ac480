"""How deep a YAML text nests, found out before anything recurses into it.

libyaml's composer recurses in C: some 50,000 brackets overflow its stack, and the process is gone without a word.
"""

from __future__ import annotations

import yaml

MOST_LEVELS = 1_000
_SURELY_FINE = 10_000


def too_deep(text: str) -> tuple[int, int] | None:
    """Line and column (from 1) where ``text`` nests deeper than ``MOST_LEVELS``; ``None`` if it doesn't.

    Most texts have too few brackets and too short lines for that, and aren't looked at any closer. A text that is no
    YAML is left to whoever reads it: what comes before its flaw isn't too deep.
    """
    brackets = text.count("[") + text.count("{")
    if brackets + max(map(len, text.splitlines()), default=0) < _SURELY_FINE:
        return None
    depth = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            mark = event.start_mark
            if depth > MOST_LEVELS and mark is not None:
                return mark.line + 1, mark.column + 1
    except (yaml.YAMLError, ValueError):
        return None
    return None
