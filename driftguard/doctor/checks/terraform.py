"""Terraform: whether it is here, and new enough to lock state in S3 without a table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

from driftguard.doctor.examine import Patient, Result, State

OLDEST = (1, 11)
"""``use_lockfile`` is stable from here on."""


class TerraformCheck:
    kind: ClassVar[str] = "terraform"

    def look(self, patient: Patient) -> Iterator[Result]:
        if not any(rule.run == "janitor" for rule in patient.policy.rules):
            return
        said = patient.terraform_version()
        match = re.search(r"v(\d+)\.(\d+)\.(\d+)", said)
        if match is None:
            fix = "install Terraform in the janitor's jobs, if environments are made with it"
            yield Result("terraform", State.WARN, "not found: environments can't be destroyed by their state", fix)
        elif (int(match[1]), int(match[2])) < OLDEST:
            yield Result(
                "terraform", State.WARN, f"{match[0]} is older than 1.11", "update it: state is locked in S3 itself"
            )
        else:
            yield Result("terraform", State.OK, match[0])


CHECK = TerraformCheck()
