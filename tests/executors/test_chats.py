"""Slack and Teams are told through the real client, by servers that refuse what the real ones refuse."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from fakes.chat import SECRET, ChatServer, chat_server
from fakes.nobody import nothing_but

from driftguard.clients.webhook import Webhook, webhook
from driftguard.errors import AccessDenied, DriftGuardError, PermanentError, TransientError, UsageError
from driftguard.executors.slack import Slack
from driftguard.executors.slack import shape as as_blocks
from driftguard.executors.teams import MOST_BYTES, Teams
from driftguard.executors.teams import shape as as_card
from driftguard.model import Action, Risk, Status, Target
from driftguard.retry import Backoff

HOSTILE = "<!channel> <https://evil.example|click> *bold* @here [x](https://evil.example) & `code`"
MESSAGE = {
    "title": f"❌ DriftGuard: 1 finding blocks {HOSTILE}",
    "facts": f"acme/shop · pull_request.opened · by {HOSTILE}",
    "sections": [{"title": "Blocks", "lines": [HOSTILE, "config.py:3: CACHE_TTL is named in no document"]}],
    "links": [{"text": "log", "url": "https://github.com/acme/shop/actions/runs/1"}],
}


@pytest.fixture(scope="module")
def server() -> Iterator[ChatServer]:
    with chat_server() as chat:
        yield chat


@pytest.fixture
def chat(server: ChatServer) -> ChatServer:
    server.answers, server.taken, server.asked = [], [], 0
    return server


def patient(address: str) -> Webhook:
    return Webhook(address, Backoff(attempts=3, sleep=lambda _: None))


def told(kind: type[Slack | Teams], address: str, message: Mapping[str, Any] = MESSAGE) -> Status:
    writers = nothing_but(webhook=lambda _: patient(address))
    target = Target(kind.kind, kind.kind, "channel", "HOOK", kind.kind)
    action = Action("a", kind.kind, target, Risk.NOTIFY, "why", body={"webhook_env": "HOOK", "message": message})
    return kind(writers).apply(action).status


def test_both_are_told_in_their_own_shape(chat: ChatServer) -> None:
    assert told(Slack, chat.slack) is Status.APPLIED
    assert told(Teams, chat.teams) is Status.APPLIED
    assert ["blocks" in body for body in chat.taken] == [True, False]


def test_slack_reads_no_foreign_text_as_markup() -> None:
    """All of it is plain_text; the fallback, which Slack does read, has no `<` left that could begin a mention."""
    body = as_blocks(MESSAGE)
    marked = [e for block in body["blocks"] for e in block.get("elements", ()) if e["type"] == "mrkdwn"]
    assert [element["text"] for element in marked] == ["<https://github.com/acme/shop/actions/runs/1|log>"]
    assert "<" not in body["text"]


def test_teams_reads_no_foreign_text_as_markup() -> None:
    [attachment] = as_card(MESSAGE)["attachments"]
    assert {block["type"] for block in attachment["content"]["body"]} == {"RichTextBlock"}


@pytest.mark.parametrize("kind", [Slack, Teams])
def test_a_huge_message_is_cut_to_what_is_taken(kind: type[Slack | Teams], chat: ChatServer) -> None:
    lines = ["x" * 300] * 11
    huge = {**MESSAGE, "title": "t" * 5000, "sections": [{"title": f"{n}", "lines": lines} for n in range(12)]}
    assert told(kind, getattr(chat, kind.kind), huge) is Status.APPLIED


def test_what_a_card_left_out_is_said() -> None:
    sections = [{"title": f"{number}", "lines": ["ü" * 300] * 11} for number in range(12)]
    card = as_card({**MESSAGE, "sections": sections})
    assert len(json.dumps(card)) <= MOST_BYTES
    assert "the rest is in the log" in json.dumps(card)


def test_a_throttled_message_is_sent_again_and_arrives_once(chat: ChatServer) -> None:
    chat.answers = [(429, {"Retry-After": "0"}), (503, {})]
    patient(chat.slack).post(as_blocks(MESSAGE))
    assert (chat.asked, len(chat.taken)) == (3, 1)


def test_a_connection_that_broke_is_not_tried_again(chat: ChatServer) -> None:
    """Nobody knows whether the message is there."""
    chat.answers = [(0, {})]
    with pytest.raises(PermanentError, match="whether the message arrived isn't known"):
        patient(chat.slack).post(as_blocks(MESSAGE))
    assert chat.asked == 1


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (404, AccessDenied, "the webhook answered 404: was it removed?"),
        (400, PermanentError, "the webhook answered 400"),
        (302, PermanentError, "the webhook answered 302"),
        (500, PermanentError, "the webhook answered 500"),
    ],
)
def test_a_refusal_is_one_line_without_the_address(
    chat: ChatServer, status: int, error: type[DriftGuardError], says: str
) -> None:
    chat.answers = [(status, {})]
    with pytest.raises(error) as caught:
        patient(chat.slack).post({})
    assert str(caught.value) == says


def test_nobody_there_is_said_after_some_tries() -> None:
    with pytest.raises(TransientError, match=r"^the webhook can't be reached$"):
        patient("http://127.0.0.1:9/hook").post({})


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({}, "the environment variable HOOK is not set; it holds the webhook's address"),
        ({"HOOK": " "}, "the environment variable HOOK is not set; it holds the webhook's address"),
        (
            {"HOOK": f"http://chat.example/{SECRET}"},
            "the address in HOOK doesn't begin with https://; anybody on the way could read it",
        ),
    ],
)
def test_an_address_that_cant_serve_is_said_without_showing_it(environ: dict[str, str], says: str) -> None:
    with pytest.raises(UsageError) as caught:
        webhook("HOOK", environ)
    assert str(caught.value) == says


def test_the_address_is_in_no_repr() -> None:
    assert SECRET not in repr(webhook("HOOK", {"HOOK": f"https://hooks.example/{SECRET}"}))
