"""Ask one consumer by starting a workflow of its repository: its run is known at once, and no code can be written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import ClassVar

from driftguard.executors.asking import asked_once, payload
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers

INPUT = "question"
"""The one input that the workflow declares; it holds the whole question as JSON."""


@dataclass
class WorkflowDispatch:
    """``ports.Executor``."""

    writers: Writers
    kind: ClassVar[str] = "workflow_dispatch"

    def apply(self, action: Action) -> Receipt:
        workflow, ref = str(action.body["workflow"]), str(action.body["ref"])
        inputs = {INPUT: json.dumps(payload(action, self.writers))}
        with asked_once(action):
            run = self.writers.dispatcher.run_workflow(action.target.name, workflow, ref, inputs)
        return Receipt(Status.APPLIED, f"asked by '{workflow}'" + (f", run {run}" if run else ""))


EXECUTOR = WorkflowDispatch
