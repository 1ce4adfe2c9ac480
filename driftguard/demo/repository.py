"""A small real repository with a pull request that forgets the documentation and touches a contract."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from driftguard.errors import UsageError

POLICY = """\
version: 1
dry_run: true

rules:
  - {name: docs,      on: [pull_request.opened, pull_request.synchronize], run: ai_sync,    mode: block}
  - {name: contracts, on: [pull_request.opened, pull_request.synchronize], run: cross_repo, mode: block}
  - {name: nightly,   on: [schedule, workflow_dispatch],                   run: janitor,    mode: warn}

ai_sync:
  docs: [README.md]

cross_repo:
  contracts:
    - name: orders
      paths: [api/orders.yaml]
      consumers: [{repo: acme/web}, {repo: acme/reports, required: false}]

janitor:
  namespace: dg-
  ttl: 24h
  protected_tags: {Environment: [Production, Prod], Protected: ["*"]}
  max_deletions: 50
  clouds:
"""

MAIN = {
    "README.md": "# shop\n\n| Variable | Meaning |\n|---|---|\n| `PORT` | where it listens |\n",
    "shop/settings.py": 'import os\n\nPORT = int(os.environ.get("PORT", "8080"))\n',
    "api/orders.yaml": "openapi: 3.0.3\ninfo: {title: orders, version: 1.0.0}\npaths: {/orders: {get: {}}}\n",
}
TOPIC = {
    "shop/settings.py": MAIN["shop/settings.py"] + 'CACHE_TTL = int(os.environ["SHOP_CACHE_TTL"])\n',
    "api/orders.yaml": MAIN["api/orders.yaml"].replace("/orders:", "/v2/orders:"),
}


def build(directory: Path, clouds: Mapping[str, str]) -> None:
    """Make the repository afresh: ``main``, and on ``cache`` the pull request. Raises ``UsageError`` without git.

    ``clouds`` are the values below the policy's ``janitor.clouds``.
    """
    if shutil.which("git") is None:
        raise UsageError("the demo needs git")
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    _git(directory, "init", "--quiet", "--initial-branch=main")
    _commit(directory, MAIN | {"policy.yaml": policy(clouds)}, "Open the shop")
    _git(directory, "checkout", "--quiet", "-b", "cache")
    _commit(directory, TOPIC, "Cache orders")


def policy(clouds: Mapping[str, str]) -> str:
    return POLICY + "".join(f"    {name}: {value}\n" for name, value in clouds.items())


def go_live(directory: Path) -> None:
    """The one line that a reviewer lets through."""
    file = directory / "policy.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("dry_run: true", "dry_run: false"), encoding="utf-8")


def _commit(directory: Path, files: dict[str, str], message: str) -> None:
    for name, text in files.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    _git(directory, "add", ".")
    _git(directory, "-c", "user.name=demo", "-c", "user.email=demo@example.com", "commit", "--quiet", "-m", message)


def _git(directory: Path, *words: str) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    environ |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *words], cwd=directory, env=environ, check=True)  # noqa: S603, S607 - fixed words
