"""Keys: whether a stored cloud key is in the environment of this job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from driftguard import keys
from driftguard.doctor.examine import Patient, Result, State
from driftguard.model import Severity


class KeysCheck:
    kind: ClassVar[str] = "keys"

    def look(self, patient: Patient) -> Iterator[Result]:
        found = keys.long_lived(patient.policy, patient.environ, patient.is_key_file)
        for finding in found:
            state = State.FAIL if finding.severity is Severity.ERROR else State.WARN
            yield Result("keys", state, finding.message, finding.fix)
        if not found:
            yield Result("keys", State.OK, "no stored cloud key is in a job's environment here")


CHECK = KeysCheck()
