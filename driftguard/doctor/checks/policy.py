"""The policy: it was valid, or nobody would be here; whether it does anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

from driftguard.doctor.examine import Patient, Result, State


class PolicyCheck:
    kind: ClassVar[str] = "policy"

    def look(self, patient: Patient) -> Iterator[Result]:
        policy = patient.policy
        if not policy.rules:
            yield Result("policy", State.WARN, "valid, and has no rule: nothing ever happens", "add rules")
            return
        yield Result("policy", State.OK, f"valid, {len(policy.rules)} rules")
        cleans = any(rule.run == "janitor" for rule in policy.rules)
        clouds = policy.janitor.clouds
        if cleans and all(getattr(clouds, name) is None for name in type(clouds).model_fields):
            fix = "name an account under janitor.clouds, or take the janitor's rules out"
            yield Result("policy", State.WARN, "the janitor has rules and no cloud", fix)


CHECK = PolicyCheck()
