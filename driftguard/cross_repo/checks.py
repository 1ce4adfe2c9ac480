"""The check run that people see: a page of questions with what all of them say together. Pure."""

from __future__ import annotations

from driftguard.cross_repo import pages
from driftguard.cross_repo.asking import Place
from driftguard.cross_repo.telling import TITLES, Shown
from driftguard.cross_repo.verdicts import Together
from driftguard.model import Action, Risk, Target
from driftguard.ports import Sources

CONCLUSIONS = {Together.GREEN: "success", Together.RED: "failure", Together.WAITING: ""}


def check_action(place: Place, held: str, shown: Shown, sources: Sources, check: int = 0) -> Action:
    """Write a page whose text holds the line ``held``: a new one, or the check run ``check`` again."""
    name = sources.policy.cross_repo.check
    pull = f"{place.repo}#{place.number}"
    identity = {"name": name, "head_sha": place.sha, "external_id": pages.external_id(place.number or 0)}
    link = {"details_url": sources.run_url} if sources.run_url else {}
    return Action(
        id=f"check_run:{place.repo}:{place.sha}:{name}" + (f":{check}:{shown.digest}" if check else ""),
        kind="check_run",
        target=Target("github", f"github/{place.repo}", "pull_request", pull, pull),
        risk=Risk.NOTIFY,
        why=f"the check '{name}' on {place.sha[:9]}: {TITLES[shown.together]}",
        body={
            "repo": place.repo,
            "check": check,
            "identity": identity | link,
            "conclusion": CONCLUSIONS[shown.together],
            "completed_at": sources.clock().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "output": {
                "title": TITLES[shown.together],
                "summary": shown.summary,
                "text": pages.text(held, shown.digest),
            },
            "annotations": [],
        },
    )
