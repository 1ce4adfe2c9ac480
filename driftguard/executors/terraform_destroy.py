"""Destroy one environment with the Terraform configuration that built it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Stack, Writers


@dataclass
class TerraformDestroy:
    """``ports.Executor``. What Terraform leaves is deleted by the actions that are part of this one."""

    writers: Writers
    kind: ClassVar[str] = "terraform_destroy"

    def apply(self, action: Action) -> Receipt:
        return Receipt(Status.APPLIED, self.writers.stacks.destroy(Stack(**action.body)))


EXECUTOR = TerraformDestroy
