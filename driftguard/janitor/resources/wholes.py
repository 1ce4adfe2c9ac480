"""What goes as a whole: a target with all that its deletion takes along, for which its fingerprint stands, too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from driftguard.model import Target, fingerprint


def holding(whole: Target, parts: Sequence[Target]) -> Target:
    """``whole`` with its ``parts``, and with what these hold themselves."""
    if not parts:
        return whole
    every = tuple(replace(each, holds=()) for part in parts for each in part.whole)
    marks = {part.id: part.fingerprint for part in every}
    return replace(whole, holds=every, fingerprint=fingerprint({**marks, "": whole.fingerprint}))
