"""The renderers' way to ``driftguard.escape``."""

from driftguard.escape import code, markdown, visible

__all__ = ["code", "markdown", "visible"]
