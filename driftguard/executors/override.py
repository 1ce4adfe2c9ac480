"""Put a maintainer's override on record: the check run that holds it, and the answer that leads there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard import markers
from driftguard.forge import Key
from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class OverrideExecutor:
    """``ports.Executor``. The answer comes last: an override whose answer is missing counts for nothing."""

    writers: Writers
    kind: ClassVar[str] = "override"

    def apply(self, action: Action) -> Receipt:
        body, forge = action.body, self.writers.forge
        check = forge.create_check(body["repo"], body["check"])
        key = Key(markers.answer(body["comment"]), body["author"])
        forge.say(body["repo"], body["number"], key, f"{markers.answered(body['comment'], check)}\n{body['text']}")
        return Receipt(Status.APPLIED, f"check run {check} holds it")


EXECUTOR = OverrideExecutor
