"""The audit trail: append-only JSON lines, each chained to the one before by its hash.

``audit.jsonl`` holds every run of a directory; ``audit.head`` beside it holds the number and hash of the last line, so
that a cut end is found, too.
"""

from driftguard.audit.history import history
from driftguard.audit.lines import Line, read
from driftguard.audit.show import line
from driftguard.audit.trail import Trail
from driftguard.audit.verify import Problem, Verification, verify

__all__ = ["Line", "Problem", "Trail", "Verification", "history", "line", "read", "verify"]
