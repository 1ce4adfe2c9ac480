"""Untrusted text stays text, wherever it is shown."""

from __future__ import annotations

import html
import re

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>@:/])")


def visible(text: str) -> str:
    """``text`` with every character that moves, hides or reorders others written out."""
    return _UNSEEN.sub(lambda match: ascii(match[0])[1:-1], text)


def markdown(text: str) -> str:
    """``text`` as it reads, in Markdown on GitHub: no link, mention, image, table cell or tag can form."""
    escaped = html.escape(visible(text), quote=False)
    escaped = _MARKDOWN.sub(r"\\\1", escaped)
    return escaped.replace(r"\@", "@\u2060").replace(r"\#", "#\u2060").replace(r"\:\/\/", ":\u2060//")


def code(text: str) -> str:
    """``text`` as inline code, whatever backticks and pipes it holds."""
    shown = visible(text).replace("|", "\uff5c")
    fence = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    padding = " " if "`" in shown else ""
    return f"{fence}{padding}{shown}{padding}{fence}"
