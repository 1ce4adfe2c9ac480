"""``driftguard doctor``: what would fail tonight, and what to do about it. Reads only."""

from driftguard.doctor.examine import Patient, Result, State, examine

__all__ = ["Patient", "Result", "State", "examine"]
