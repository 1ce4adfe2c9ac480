"""What goes as a whole: a target with all that its deletion takes along, for which its fingerprint stands, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from driftguard.model import Target, fingerprint


def flat(parts: Sequence[Target]) -> Iterator[Target]:
    """``parts``, and whatever these hold."""
    for part in parts:
        yield replace(part, holds=())
        yield from flat(part.holds)


def holding(whole: Target, parts: Sequence[Target]) -> Target:
    """``whole`` with its ``parts``, and with what these hold themselves."""
    if not parts:
        return whole
    every = tuple(flat(parts))
    marks = {part.id: part.fingerprint for part in every}
    return replace(whole, holds=every, fingerprint=fingerprint({**marks, "": whole.fingerprint}))
