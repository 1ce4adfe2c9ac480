"""Two repositories, two policies, one GitHub: acme/shop changes a contract that acme/web relies on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fakes.github import TOKEN, FakeGitHub
from stage.command import within
from stage.repository import Repository

ORIGIN = """\
version: 1
dry_run: false
rules:
  - {name: contracts, on: [pull_request, "repository_dispatch.driftguard-verdict", schedule], run: cross_repo}
cross_repo:
  contracts:
    - name: orders
      paths: [api/**]
      consumers:
        - {repo: acme/web, timeout: 30m}
        - {repo: acme/reports, required: false}
"""
CONSUMER = """\
version: 1
dry_run: false
rules: [{name: answers, on: [repository_dispatch.driftguard-contract], run: cross_repo}]
cross_repo:
  answers: [{origin: acme/shop, contract: orders, command: [sh, check.sh], timeout: 1m}]
"""
NUMBER = 7


@dataclass
class Two:
    """acme/shop with pull request 7, which removes a contract's file, and acme/web, which relies on it."""

    hub: FakeGitHub
    work: Path
    check: str = "grep -q total $DRIFTGUARD_CONTRACT/api/orders.json"
    said: list[Mapping[str, Any]] = field(default_factory=list)
    environ: dict[str, str] = field(default_factory=lambda: {"DRIFTGUARD_TOKEN": TOKEN})

    def __post_init__(self) -> None:
        for name in ("acme/web", "acme/reports"):
            self.hub.repo(name)
        self.shop = Repository.init(self.work / "shop")
        base = self.shop.commit({"api/orders.json": '{"total": 1}', "api/old.json": "{}"})
        self.shop.git("checkout", "-q", "-b", "topic")
        self.propose({"api/old.json": None, "api/orders.json": '{"total": 2}'})
        self.pull = self.hub.pull(NUMBER, self.head, base)
        self.web = Repository.init(self.work / "web")
        (self.work / "web" / "policy.yaml").write_text(CONSUMER)
        (self.work / "policy.yaml").write_text(ORIGIN)

    def propose(self, files: Mapping[str, str | bytes | None]) -> None:
        self.head = self.shop.commit(files)
        tracked = self.shop.git("ls-files", "api").splitlines()
        self.hub.repo().files = {path: (self.shop.path / path).read_bytes() for path in tracked}

    def run(self, where: str, name: str, payload: Mapping[str, Any], *words: str) -> tuple[int, dict[str, Any]]:
        directory = self.work / where
        policy = self.work / "policy.yaml" if where == "shop" else directory / "policy.yaml"
        (self.work / "event.json").write_text(json.dumps(payload))
        environ = self.hub.environ | self.environ | {"GITHUB_REPOSITORY": f"acme/{where}"}
        words = ("--policy", str(policy), "--format", "json", *words)
        event = ("--event-name", name, "--event-path", str(self.work / "event.json"))
        code, out = within("run", *event, *words, cwd=directory, environ=environ)
        return code, json.loads(out)

    def opened(self, *words: str) -> tuple[int, dict[str, Any]]:
        head = {"sha": self.pull.head, "ref": "topic", "repo": {"full_name": "acme/shop"}}
        base = {"sha": self.pull.base, "ref": "main", "repo": {"full_name": "acme/shop"}}
        pull = {"number": NUMBER, "head": head, "base": base}
        about = {"action": "opened", "number": NUMBER, "pull_request": pull, "repository": {"full_name": "acme/shop"}}
        return self.run("shop", "pull_request", about, *words)

    def governed(self, origin: str = ORIGIN, consumer: str = CONSUMER) -> None:
        """The two policies."""
        (self.work / "policy.yaml").write_text(origin)
        (self.work / "web" / "policy.yaml").write_text(consumer)

    def swept(self) -> tuple[int, dict[str, Any]]:
        return self.run("shop", "schedule", {"schedule": "0 3 * * *", "repository": {"full_name": "acme/shop"}})

    def question(self) -> dict[str, Any]:
        [asked] = self.hub.repo("acme/web").dispatches
        return asked

    def consumer_runs(self) -> None:
        """acme/web's job; what it tells the origin is kept in ``said``."""
        (self.work / "web" / "check.sh").write_text(self.check)
        payload = self.question()["client_payload"]
        self.run("web", "repository_dispatch", dispatched("acme/web", "driftguard-contract", payload))
        self.said = [sent["client_payload"] for sent in self.hub.repo().dispatches]

    def hears(self, answer: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
        """acme/shop's job for one answer."""
        return self.run("shop", "repository_dispatch", dispatched("acme/shop", "driftguard-verdict", answer))

    def together(self) -> Mapping[str, Any]:
        """The check run that waits for the consumers, as it is now."""
        return self.hub.check(self.pull.head, "DriftGuard contracts")

    def status(self, consumer: str = "acme/web") -> str:
        ours = [s for s in self.hub.repo().statuses if s["context"] == f"driftguard/orders: {consumer}"]
        return f"{ours[-1]['state']} {ours[-1]['description']}" if ours else ""


def dispatched(repo: str, action: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"action": action, "client_payload": dict(payload), "repository": {"full_name": repo}}
