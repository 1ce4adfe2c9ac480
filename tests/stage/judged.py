"""A change that the judge is asked about: real git, the real clients over HTTP, a server that plays the models."""

import json
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from fakes import model_server
from fakes.model_server import KEY, ModelServer, Play
from stage.change import change

from driftguard.ai_sync.planner import AiSyncPlanner
from driftguard.model import Event, Plan
from driftguard.policy import Policy
from driftguard.retry import Backoff
from driftguard.wiring import LazySources, utc_now

SENTENCE = "The cache keeps an order for 60 seconds."
README = f"""\
# shop

## Cache

{SENTENCE}

## Payment

A payment is tried three
times before it fails.
"""
CACHE = 'import os\n\n\ndef keep(order: str) -> int:\n    """How long."""\n    return 60\n'
BEFORE = {"README.md": README, "shop/cache.py": CACHE}
AFTER = {"shop/cache.py": CACHE.replace("return 60", 'return 300\n\n\nREGION = os.environ["SHOP_REGION"]')}
RETURN, REGION = 6, 9
"""The lines that AFTER adds and that say something."""

CLAIM: Mapping[str, Any] = {
    "doc_path": "README.md",
    "quote": SENTENCE,
    "problem": "false",
    "why": "An order is now kept for 300 seconds.",
    "code_path": "shop/cache.py",
    "code_line": RETURN,
    "code_side": "added",
    "confidence": 0.9,
}


def claims(*found: Mapping[str, Any]) -> str:
    """A model's answer."""
    return json.dumps({"claims": list(found)})


@dataclass(frozen=True)
class Dialect:
    """How one provider speaks: policy, and an answer's envelope."""

    name: str
    ai: Callable[[str], Mapping[str, Any]]
    answer: Callable[..., dict[str, Any]]

    def says(self, *found: Mapping[str, Any]) -> Play:
        return Play(self.answer(claims(*found)))


GEMINI = Dialect("gemini", lambda url: {"provider": "gemini", "base_url": url}, model_server.gemini)
OPENAI = Dialect(
    "openai",
    lambda url: {"provider": "openai", "base_url": f"{url}/v1", "api_key_env": "MODEL_KEY"},
    model_server.openai,
)
ENVIRON = {"GEMINI_API_KEY": KEY, "MODEL_KEY": KEY}


@dataclass
class Case:
    """One repository, one server, one policy. ``waits`` holds what the clients would have slept."""

    directory: Path
    server: ModelServer
    dialect: Dialect
    commits: tuple[str, ...]
    waits: list[float]

    def policy(self, **ai: Any) -> Policy:
        model = ai.pop("model", "gemini-3.5-flash-lite")
        settings = {"cache": str(self.directory / "kept"), "timeout": timedelta(seconds=20)}
        section = {"model": model, "ai": {**self.dialect.ai(self.server.url), **settings, **ai}}
        mode = section["ai"].pop("mode", "block")
        rule = {"name": "docs", "on": ["pull_request"], "run": "ai_sync", "mode": mode}
        return Policy.model_validate({"version": 1, "rules": [rule], "ai_sync": section})

    def plan(self, *, environ: Mapping[str, str] = ENVIRON, **ai: Any) -> Plan:
        """What the planner of ai_sync says, with the clients as the wiring builds them, but for their patience."""
        policy = self.policy(**ai)
        with ExitStack() as stack:
            sources = LazySources(policy, self.directory, environ, utc_now, stack)
            try:
                model: Any = sources.model
            except Exception:  # noqa: BLE001 - the judge meets it again
                model = None
            if model is not None:
                model.backoff = replace(Backoff(attempts=3), sleep=self.waits.append)
            return AiSyncPlanner(sources).plan(self.event(), policy.rules[0])

    def event(self) -> Event:
        base, head = self.commits[0], self.commits[-1]
        payload = {"pull_request": {"base": {"sha": base}, "head": {"sha": head}, "number": 1}}
        now = datetime(2026, 11, 23, tzinfo=UTC)
        return Event("1", "pull_request.opened", "acme/shop", "topic", head, "alice", now, payload)


def case(
    directory: Path,
    server: ModelServer,
    dialect: Dialect = GEMINI,
    before: Mapping[str, str] = BEFORE,
    *after: Mapping[str, str | None],
) -> Case:
    return Case(directory, server, dialect, change(directory, before, *(after or (AFTER,))), [])
