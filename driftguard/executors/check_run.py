"""Write a check run on a commit, its annotations in the batches that GitHub takes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers

BATCH = 50
"""Annotations in one request, https://docs.github.com/en/rest/checks/runs#create-a-check-run."""


@dataclass
class CheckRunExecutor:
    """``ports.Executor``. Idempotent: of check runs with one name on one commit, the newest counts.

    It is ``in_progress`` until its last batch is written: one that breaks off in between holds the pull request. So
    does one without a conclusion. A body that names a ``check`` writes that one again.
    """

    writers: Writers
    kind: ClassVar[str] = "check_run"

    def apply(self, action: Action) -> Receipt:
        body, forge = action.body, self.writers.forge
        annotations: Sequence[Mapping[str, Any]] = body["annotations"]
        batches = [annotations[start : start + BATCH] for start in range(0, len(annotations), BATCH)] or [()]
        written = [_fields(body, batch, index, len(batches)) for index, batch in enumerate(batches)]
        check = body.get("check") or forge.create_check(body["repo"], {**body["identity"], **written.pop(0)})
        for fields in written:
            forge.update_check(body["repo"], check, fields)
        return Receipt(Status.APPLIED, f"check run {check} says {body['conclusion'] or 'in progress'}")


def _fields(body: Mapping[str, Any], batch: Sequence[Any], index: int, batches: int) -> dict[str, Any]:
    output = {**body["output"], "annotations": list(batch)}
    if index < batches - 1 or not body["conclusion"]:
        return {"status": "in_progress", "output": output}
    ended = {"status": "completed", "conclusion": body["conclusion"], "completed_at": body["completed_at"]}
    return {**ended, "output": output}


EXECUTOR = CheckRunExecutor
