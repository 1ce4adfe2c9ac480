"""Whether a run is worth a message, and what the message says. The looks are the executors'."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fakes.nobody import nothing_but

from driftguard.model import (
    Action,
    Conclusion,
    Decision,
    Event,
    Finding,
    Gap,
    Mode,
    Outcome,
    Report,
    Risk,
    Severity,
    Status,
    Target,
    Verdict,
)
from driftguard.policy import Policy
from driftguard.report.publishers.chat import MOST_LINES, ChatPublisher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
EVENT = Event("1", "schedule", "acme/shop", "main", "a" * 40, "cron", NOW, {})
QUIET = Report("r1", EVENT, Mode.LIVE, Conclusion.CLEAN)
BLOCKS = Finding("f", "ai_sync/undocumented", "env_var", "TTL", "TTL is in no document", "a.py", 3)
ENDS = Finding("w", "janitor/expiring", "sqs:queue", "dg-q", "dg-q ends at noon", severity=Severity.NOTE)


def deletion(status: Status, name: str = "dg-old") -> tuple[Action, Decision, Outcome]:
    target = Target("aws", "aws/1/eu-west-1", "sqs:queue", name, name)
    action = Action(name, "delete_resource", target, Risk.DESTROY, "expired", usd_month=2.5)
    return action, Decision(name, Verdict.ALLOW, "expired", "policy.yaml:9"), Outcome(name, status)


def after(*deletions: tuple[Action, Decision, Outcome], **changes: Any) -> Report:
    actions, decisions, outcomes = zip(*deletions, strict=True) if deletions else ((), (), ())
    return replace(QUIET, actions=actions, decisions=decisions, outcomes=outcomes, **changes)


BLOCKED = after(conclusion=Conclusion.BLOCKED, findings=(BLOCKS,))
INCOMPLETE = after(conclusion=Conclusion.INCOMPLETE, gaps=(Gap("aws/1", "the account", "denied"),))
DELETED = after(deletion(Status.VERIFIED))
EXPIRING = after(findings=(ENDS,))


def publisher(*on: str, **chats: Any) -> ChatPublisher:
    channel = {"webhook_env": "HOOK"} | ({"on": list(on)} if on else {})
    policy = Policy.model_validate({"version": 1, "notify": chats or {"slack": channel}})
    sources = nothing_but(policy=policy, web_url="https://github.example", run_url="https://log.example")
    return ChatPublisher(sources)


def said(report: Report, *on: str) -> Any:
    [action] = publisher(*on).publish(report).actions
    return action.body["message"]


@pytest.mark.parametrize(
    ("report", "moment"),
    [(BLOCKED, "blocked"), (INCOMPLETE, "incomplete"), (DELETED, "deleted"), (EXPIRING, "expiring")],
)
def test_each_moment_by_itself_is_worth_a_message_and_no_other_is(report: Report, moment: str) -> None:
    others = {"blocked", "incomplete", "deleted", "expiring"} - {moment}
    assert publisher(moment).publish(report).actions
    assert publisher(*others).publish(report).actions == ()
    assert publisher().publish(report).actions, "by default all four are"


def test_a_quiet_night_is_told_only_to_who_asks_for_always() -> None:
    assert publisher().publish(QUIET).actions == ()
    assert publisher("always").publish(QUIET).actions


@pytest.mark.parametrize("status", [Status.DENIED, Status.STALE, Status.FAILED])
def test_what_stays_is_no_deletion(status: Status) -> None:
    assert publisher("deleted").publish(after(deletion(status))).actions == ()


def test_every_chat_that_the_policy_names_is_told_once_by_its_own_executor() -> None:
    hook = {"webhook_env": "HOOK"}
    actions = publisher(slack=hook, teams=hook | {"on": ["blocked"]}).publish(BLOCKED).actions
    assert [(action.id, action.kind, action.risk) for action in actions] == [
        ("slack:r1", "slack", Risk.NOTIFY),
        ("teams:r1", "teams", Risk.NOTIFY),
    ]


def test_no_chats_no_message() -> None:
    policy = Policy.model_validate({"version": 1})
    assert ChatPublisher(nothing_but(policy=policy)).publish(BLOCKED).actions == ()


def test_the_message_says_what_blocks_what_went_what_that_saves_and_what_was_not_seen() -> None:
    report = after(
        deletion(Status.VERIFIED),
        conclusion=Conclusion.BLOCKED,
        findings=(BLOCKS, ENDS),
        gaps=(Gap("aws/1/eu-west-1", "the region", "denied"),),
    )
    assert said(report) == {
        "title": "❌ DriftGuard: 1 finding blocks, 1 note, 1 gap: not everything was looked at",
        "facts": "acme/shop · schedule · live · by cron",
        "sections": [
            {"title": "Blocks", "lines": ["a.py:3: TTL is in no document"]},
            {"title": "Deleted", "lines": ["dg-old (aws/1/eu-west-1/sqs:queue)"]},
            {"title": "Saved", "lines": ["stops costing $2.50 a month at list prices"]},
            {"title": "About to end", "lines": ["dg-q ends at noon"]},
            {"title": "Not looked at", "lines": ["aws/1/eu-west-1 the region: denied"]},
        ],
        "links": [{"text": "log", "url": "https://log.example"}],
    }


def test_a_long_list_is_cut_and_counted() -> None:
    report = after(*(deletion(Status.VERIFIED, f"dg-{number}") for number in range(MOST_LINES + 3)))
    lines = said(report)["sections"][0]["lines"]
    assert (len(lines), lines[-1]) == (MOST_LINES + 1, "… and 3 more")


def test_a_pull_request_is_linked_and_a_forks_has_no_secret_to_tell_with() -> None:
    def opened(head_repo: str) -> Report:
        payload = {"pull_request": {"number": 7, "head": {"repo": {"full_name": head_repo}}}}
        event = replace(EVENT, kind="pull_request.opened", payload=payload)
        return replace(BLOCKED, event=event)

    link = {"text": "pull request #7", "url": "https://github.example/acme/shop/pull/7"}
    assert said(opened("acme/shop"))["links"][0] == link
    plan = publisher().publish(opened("mallory/shop"))
    assert (plan.actions, plan.notes) == ((), ("a fork's pull request has no secrets, so nobody is told in slack",))


def test_no_character_of_a_cloud_s_can_reorder_what_is_read() -> None:
    [line] = said(after(deletion(Status.VERIFIED, "dg-\u202eevil")))["sections"][0]["lines"]
    assert "\u202e" not in line
