"""The check run that waits for the consumers, written anew after every question and every answer.

It is computed from what GitHub holds *after* this run's own writes, so that of several answers at once the last
writer sees all of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, ClassVar

from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.ledger import Ledger, encode, external_id
from driftguard.cross_repo.reviewing import waived
from driftguard.cross_repo.telling import TITLES, summary
from driftguard.cross_repo.verdicts import Question, Refused, Sent, Together, Verdict, aggregate, ask, step
from driftguard.model import Action, Mode, Outcome, Plan, Report, Risk, Status, Target
from driftguard.ports import Sources

_NONCE = re.compile(r"nonce sha256 ([0-9a-f]{64})")
_CONCLUSIONS = {Together.GREEN: "success", Together.RED: "failure", Together.WAITING: ""}

Head = tuple[str, str, int]
"""Repository, commit and number of a pull request."""


@dataclass
class ContractsPublisher:
    """``ports.Publisher``."""

    sources: Sources
    kind: ClassVar[str] = "contracts"

    def publish(self, report: Report) -> Plan:
        forge = self.sources.forge
        if forge is None or report.mode is not Mode.LIVE:
            return Plan()
        asked = list(self._asked(report))
        heads = dict.fromkeys([head for head, _ in asked] + list(_answered(report)))
        ledger = Ledger(forge, self.sources.policy)
        actions = []
        for repo, sha, number in heads:
            fresh = [verdict for head, verdict in asked if head == (repo, sha, number)]
            actions.append(self._check(report, (repo, sha, number), _merged(ledger.read(repo, sha, number), fresh)))
        return Plan(actions=tuple(actions))

    def _asked(self, report: Report) -> Iterator[tuple[Head, Verdict]]:
        """Every question that this run sent, or couldn't."""
        outcomes = {outcome.action_id: outcome for outcome in report.outcomes}
        for action in report.actions:
            about: Mapping[str, Any] = action.body.get("question", {})
            sha = str(action.body.get("client_payload", {}).get("sha") or "")
            if action.kind == "repository_dispatch" and about.get("number") and sha and action.id in outcomes:
                head = (str(about["repo"]), sha, int(about["number"]))
                yield head, self._verdict(action, outcomes[action.id])

    def _verdict(self, action: Action, outcome: Outcome) -> Verdict:
        payload, about, now = action.body["client_payload"], action.body["question"], self.sources.clock()
        nonce = _NONCE.search(outcome.note)
        question = Question(
            consumer=payload["consumer"],
            contract=payload["contract"],
            sha=payload["sha"],
            digest=payload["digest"],
            nonce_sha256=nonce[1] if nonce else "",
            required=bool(about["required"]),
            timeout=timedelta(seconds=about["timeout"]),
        )
        sent = outcome.status in (Status.APPLIED, Status.VERIFIED) and nonce is not None
        why = outcome.error or outcome.note or "it was not sent"
        return step(ask(question, now), Sent(now) if sent else Refused(now, why)).verdict

    def _check(self, report: Report, head: Head, verdicts: Sequence[Verdict]) -> Action:
        repo, sha, number = head
        policy, now = self.sources.policy, self.sources.clock()
        event = replace(report.event, sha=sha, payload={"pull_request": {"number": number}})
        held = waived(verdicts, self.sources.overrides(event).held)
        together = aggregate(held, now)
        name = policy.cross_repo.check
        place = f"{repo}#{number}"
        return Action(
            id=f"check_run:{repo}:{sha}:{name}",
            kind="check_run",
            target=Target("github", f"github/{repo}", "pull_request", place, place),
            risk=Risk.NOTIFY,
            why=f"the check '{name}' on {sha[:9]}: {TITLES[together]}",
            body={
                "repo": repo,
                "identity": {"name": name, "head_sha": sha, "external_id": external_id(number)},
                "conclusion": _CONCLUSIONS[together],
                "completed_at": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "output": {
                    "title": TITLES[together],
                    "summary": summary(held, Graph.of(policy.cross_repo.contracts), now),
                    "text": encode(verdicts),
                },
                "annotations": [],
            },
        )


def _answered(report: Report) -> Iterator[Head]:
    for action in report.actions:
        if action.kind == "commit_status":
            yield str(action.body["repo"]), str(action.body["sha"]), int(action.body["number"])


def _merged(known: Sequence[Verdict], fresh: Sequence[Verdict]) -> tuple[Verdict, ...]:
    """A question asked anew replaces what is known of that consumer and contract."""
    again = {(verdict.question.consumer, verdict.question.contract) for verdict in fresh}
    kept = [v for v in known if (v.question.consumer, v.question.contract) not in again]
    return (*kept, *fresh)


PUBLISHER = ContractsPublisher
