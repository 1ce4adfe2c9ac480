"""One commit status a consumer: what it says of one contract at one head. Pure."""

from __future__ import annotations

from driftguard.cross_repo.asking import Place
from driftguard.cross_repo.ledger import context, status
from driftguard.cross_repo.verdicts import Verdict
from driftguard.model import Action, Risk, Target
from driftguard.ports import Sources


def written(place: Place, verdict: Verdict, sources: Sources) -> Action:
    """The status that holds an answer."""
    question = verdict.question
    otherwise = f"{sources.web_url}/{place.repo}/pull/{place.number}"
    return Action(
        id=f"commit_status:{place.repo}:{question.sha}:{context(question)}",
        kind="commit_status",
        target=Target("github", f"github/{place.repo}", "commit", question.sha, question.sha),
        risk=Risk.WRITE,
        why=f"{question.consumer}: {verdict.answer.value}",
        body={
            "repo": place.repo,
            "sha": question.sha,
            "number": place.number,
            "fields": status(verdict, otherwise),
        },
    )
