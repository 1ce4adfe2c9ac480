"""Tell a Teams channel of a run, by a workflow's webhook.

An Adaptive Card whose foreign text stands in ``TextRun``s, which Teams doesn't read as Markdown. Connectors of Office
365 are gone; "Post to a channel when a webhook request is received" takes their place, and takes 28 KB.
https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard.model import Action, Status
from driftguard.ports import Receipt, Writers

MOST_BYTES = 28_000
_SCHEMA, _VERSION = "http://adaptivecards.io/schemas/adaptive-card.json", "1.4"


@dataclass
class Teams:
    """``ports.Executor``. Nothing is sent twice when in doubt."""

    writers: Writers
    kind: ClassVar[str] = "teams"

    def apply(self, action: Action) -> Receipt:
        self.writers.webhook(action.body["webhook_env"]).post(shape(action.body["message"]))
        return Receipt(Status.APPLIED, "told")


def shape(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The message as a card; as many of its sections as go into what Teams takes."""
    sections = list(message["sections"])
    card = _card(message, sections)
    while sections and len(json.dumps(card)) > MOST_BYTES:
        sections.pop()
        card = _card(message, [*sections, {"title": "…", "lines": ["the rest is in the log"]}])
    return card


def _card(message: Mapping[str, Any], sections: list[Any]) -> Mapping[str, Any]:
    content = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": _VERSION,
        "msteams": {"width": "Full"},
        "body": list(_body(message, sections)),
        "actions": [{"type": "Action.OpenUrl", "title": link["text"], "url": link["url"]} for link in message["links"]],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": content}],
    }


def _body(message: Mapping[str, Any], sections: list[Any]) -> Iterator[Mapping[str, Any]]:
    yield _text(message["title"], size="Large", weight="Bolder")
    yield _text(message["facts"], isSubtle=True)
    for section in sections:
        yield _text(section["title"], weight="Bolder")
        yield from (_text(f"• {line}") for line in section["lines"])


def _text(text: str, **style: Any) -> Mapping[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **style}]}


EXECUTOR = Teams
