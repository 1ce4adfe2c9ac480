"""Leave one review with suggestions at lines of a pull request's diff. It neither approves nor asks for changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers


@dataclass
class PrReview:
    """``ports.Executor``. Never sent twice when in doubt; the publisher leaves out what was suggested before."""

    writers: Writers
    kind: ClassVar[str] = "pr_review"

    def apply(self, action: Action) -> Receipt:
        body = action.body
        fields = {"commit_id": body["commit_id"], "event": "COMMENT", "comments": body["comments"]}
        self.writers.forge.review(body["repo"], body["number"], fields)
        return Receipt(Status.APPLIED, f"{len(body['comments'])} suggested")


EXECUTOR = PrReview
