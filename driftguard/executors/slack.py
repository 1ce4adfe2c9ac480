"""Tell a Slack channel of a run, by an incoming webhook.

Everything foreign goes in as ``plain_text``, which Slack shows as it stands: no mention, link or formatting can form.
https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks, https://docs.slack.dev/reference/block-kit
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers

_HEADER, _SECTION, _TEXT = 150, 3000, 4000
"""Characters that Slack takes in a header, in a section and in the fallback."""


@dataclass
class Slack:
    """``ports.Executor``. Nothing is sent twice when in doubt."""

    writers: Writers
    kind: ClassVar[str] = "slack"

    def apply(self, action: Action) -> Receipt:
        self.writers.webhook(action.body["webhook_env"]).post(shape(action.body["message"]))
        return Receipt(Status.APPLIED, "told")


def shape(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as Block Kit; ``text`` is what a notification shows, the one place that Slack reads for markup."""
    fallback = html.escape(message["title"], quote=False)
    return {"text": fallback[:_TEXT], "blocks": list(_blocks(message)), "unfurl_links": False, "unfurl_media": False}


def _blocks(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield {"type": "header", "text": _plain(message["title"], _HEADER)}
    yield {"type": "context", "elements": [_plain(message["facts"], _SECTION)]}
    for section in message["sections"]:
        lines = "\n".join(f"• {line}" for line in section["lines"])
        yield {"type": "section", "text": _plain(f"{section['title']}\n{lines}", _SECTION)}
    links = " · ".join(f"<{_safe(link['url'])}|{_safe(link['text'])}>" for link in message["links"])
    if links:
        yield {"type": "context", "elements": [{"type": "mrkdwn", "text": links[:_SECTION]}]}


def _plain(text: str, most: int) -> Mapping[str, Any]:
    return {"type": "plain_text", "text": text if len(text) <= most else f"{text[: most - 1]}…", "emoji": False}


def _safe(text: str) -> str:
    return html.escape(text, quote=False).replace("|", "%7C")


EXECUTOR = Slack
