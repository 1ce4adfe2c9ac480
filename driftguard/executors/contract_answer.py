"""Try a proposed contract in a consumer, and tell the origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.errors import DriftGuardError
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Trial, Writers

EVENT = "driftguard-verdict"


@dataclass
class ContractAnswerExecutor:
    """``ports.Executor``. Says 'running' first, unless the origin has been told of this run as it began it."""

    writers: Writers
    kind: ClassVar[str] = "contract_answer"

    def apply(self, action: Action) -> Receipt:
        body = action.body
        if self.writers.workbench.answered(body["origin"], body["sha"], body["nonce"]):
            return Receipt(Status.APPLIED, f"{body['origin']} has the answer already: a repeat, nothing is run")
        if not body["announced"]:
            self._say(action, "running", "")
        try:
            trial = self.writers.workbench.try_contract(body["wanted"], body["command"], float(body["timeout"]))
        except DriftGuardError as error:
            trial = Trial("crashed", str(error))
        self._say(action, trial.says, trial.why)
        return Receipt(Status.APPLIED, f"told {body['origin']}: {trial.says}")

    def _say(self, action: Action, says: str, why: str) -> None:
        body = action.body
        kept = ("consumer", "contract", "sha", "digest", "nonce", "pull_request", "link", "event_id")
        payload = {name: body[name] for name in kept} | {"says": says, "why": why[:200]}
        self.writers.dispatcher.dispatch(body["origin"], EVENT, payload)


EXECUTOR = ContractAnswerExecutor
