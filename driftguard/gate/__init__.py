"""The one door to a write.

``decide`` is pure and the same in both modes. ``Gate.apply`` is the only way to ``Executor.apply``: it orders by
``after``, works in passes until nothing moves, looks at each target again right before, and writes the intent to the
trail before and the outcome after. A rehearsal goes the same way with an executor that does nothing.
"""

from driftguard.gate.deciding import decide, judge
from driftguard.gate.door import Gate, Rehearsal
from driftguard.gate.reviewing import only_reviewed
from driftguard.gate.ruling import Grounds, Ruled, Ruling, hold_together

__all__ = ["Gate", "Grounds", "Rehearsal", "Ruled", "Ruling", "decide", "hold_together", "judge", "only_reviewed"]
