"""The project's workflows, run by act without Docker, as a repository calls them that ``driftguard init`` set up.

act runs jobs, steps, expressions, outputs and matrices. This page gives it what it lacks:

- ``$/path`` is 'this repository, at this commit', ``cache-mode`` limits a cache, and ``queue`` lets more than one job
  wait. act knows none of them yet: what it reads is a copy with the first spelled out and without the others
  (``spelled_out``).
- Foreign actions can't be downloaded here. Those in ``stage/actions`` do the same over files; one that isn't there
  is an error. act starts them with what it calls node, which here is a script that starts this Python.
- Installing takes seconds a job. Where a test isn't about that, ``install.sh`` names the command that `make` installed.
- act gives every job one token. ``job`` names the one whose permissions the hub lets it have.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from fakes.github import TOKEN, FakeGitHub
from stage.hosted import Hosted

from driftguard import scaffold
from driftguard.scaffold.detect import Contract

ROOT = Path(__file__).parents[2]
STAND_INS = Path(__file__).parent / "actions"
BIN = Path(sys.executable).parent
ENGINE, COMMIT = "acme/driftguard", "5a" * 20
CONSUMERS_TOKEN = "ghs_" + "c3D4" * 9
ALREADY_INSTALLED = f'#!/usr/bin/env bash\necho "driftguard={BIN / "driftguard"}" >>"$GITHUB_OUTPUT"\n'
NODE = "import runpy, sys\nrunpy.run_path(sys.argv[1], run_name='__main__')\n"
SCOPES = {"checks": {"checks"}, "statuses": {"statuses"}, "pull-requests": {"pull_requests", "issues"}}
"""What ``permissions: {NAME: write}`` lets a token write."""

_FOREIGN = re.compile(r"uses: ([\w.-]+/[\w.-]+)((?:/[\w.-]+)*)@([0-9a-f]{40})")
_KEPT = ("TMPDIR", "LANG", "PIP_CERT", "PIP_FIND_LINKS", "PIP_INDEX_URL", "SSL_CERT_FILE")


def workflow_files(root: Path) -> list[Path]:
    return [root / "action.yml", *sorted((root / ".github").rglob("*.yml"))]


def spelled_out(text: str) -> str:
    without = re.sub(r"(?m)^ *(cache-mode|queue): .*\n", "", text)
    return re.sub(r"(?m)uses: \$/(\S+)$", rf"uses: {ENGINE}/\1@{COMMIT}", without)


def foreign() -> set[tuple[str, str, str]]:
    """Repository, path in it, and commit of every action that isn't ours."""
    return {found for file in workflow_files(ROOT) for found in _FOREIGN.findall(file.read_text())}


def callers(repo: str, policy: str, accounts: tuple[str, ...] = (), contracts: tuple[str, ...] = ()) -> dict[str, str]:
    """What ``driftguard init`` writes into ``repo``, with a policy of the test's."""
    found = scaffold.Found(repo, "main", (), (), tuple(Contract(path, (path,)) for path in contracts), ())
    answers = scaffold.Answers(scaffold.Engine.parse(f"{ENGINE}@{COMMIT}"), accounts)
    return {**scaffold.texts(found, answers), "policy.yaml": policy}


@dataclass(frozen=True)
class Ran:
    """How a run ended: each job's result by its name, what was printed, and where its artifacts and SARIF lie."""

    jobs: Mapping[str, str]
    log: str
    artifacts: Path
    sarif: Path

    def report(self, artifact: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.artifacts / artifact / "report.json").read_text())
        return found


@dataclass
class Act:
    """act, and the directories that stand for GitHub's storage, all below ``work``."""

    work: Path
    hub: FakeGitHub
    install: str | None = ALREADY_INSTALLED
    environ: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        self._copy_engine()
        self._write_stand_ins()
        node = self.work / "bin" / "node"
        node.parent.mkdir()
        node.write_text(f"#!{sys.executable} -I\n{NODE}")  # a shell would lose variables such as INPUT_FETCH-DEPTH
        node.chmod(0o755)
        self.hub.tokens[CONSUMERS_TOKEN] = frozenset()
        self.hub.scoped[CONSUMERS_TOKEN] = frozenset({"contents"})

    @property
    def engine(self) -> Path:
        return self.work / "engine"

    def _copy_engine(self) -> None:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True)
        for name in filter(None, listed.stdout.split("\0")):
            if self.install is None or name == "action.yml" or name.startswith((".github/", "requirements/")):
                (self.engine / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / name, self.engine / name)
        for file in workflow_files(self.engine):
            file.write_text(spelled_out(file.read_text()))
        if self.install is not None:
            (self.engine / ".github/actions/driftguard/install.sh").write_text(self.install)

    def _write_stand_ins(self) -> None:
        for repo, path, _ in foreign():
            name = (path or repo).rpartition("/")[2]
            directory = self.work / "actions" / repo / path.strip("/")
            directory.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(STAND_INS / f"{name.replace('-', '_')}.py", directory / "main.py")
            post = "\n  post: main.py\n  post-if: success()" if name == "cache" else ""
            (directory / "action.yml").write_text(f"name: {name}\nruns:\n  using: node20\n  main: main.py{post}\n")

    def run(self, where: Hosted, event: str, payload: Mapping[str, Any], *, job: str = "", commit: str = "") -> Ran:
        """The workflows of ``where`` that listen to ``event``, as they are in ``commit`` (the default branch's)."""
        self.runs += 1
        home = self.work / f"run-{self.runs}"
        home.mkdir()
        (home / "event.json").write_text(json.dumps(payload))
        checkout = where.checkout(home / "checkout", commit or where.base)
        for file in (checkout / ".github" / "workflows").glob("*.yml"):
            file.write_text(spelled_out(file.read_text()))
        self.hub.scoped[TOKEN] = permitted(job)
        done = subprocess.run(
            [str(BIN / "act"), event, "--directory", str(checkout), *self._words(home, where)],
            env=self._environ(home),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return _read(done, home)

    def _words(self, home: Path, where: Hosted) -> Iterator[str]:
        yield from ("--json", "--no-skip-checkout", "--no-cache-server", "--pull=false", "--rm")
        yield from ("--eventpath", str(home / "event.json"), "--action-cache-path", str(home / "act"))
        yield from ("--platform", "ubuntu-24.04=-self-hosted")
        yield from ("--local-repository", f"{ENGINE}@{COMMIT}={self.engine}")
        for repo, _, commit in sorted(foreign()):
            yield from ("--local-repository", f"{repo}@{commit}={self.work / 'actions' / repo}")
        about = {"GITHUB_API_URL": self.hub.url, "GITHUB_SERVER_URL": "https://github.example"}
        about |= {"GITHUB_REPOSITORY": where.name, "GITHUB_RUN_ID": str(4710 + self.runs)}
        for name, value in (about | self.environ).items():
            yield from ("--env", f"{name}={value}")
        yield from ("--secret", f"GITHUB_TOKEN={TOKEN}", "--secret", f"DRIFTGUARD_TOKEN={CONSUMERS_TOKEN}")

    def _environ(self, home: Path) -> dict[str, str]:
        stage = {
            "REPOSITORIES": self.work / "repositories",
            "ARTIFACTS": home / "artifacts",
            "SARIF": home / "sarif",
            "CACHE": self.work / "cache",
            "PYTHON": sys.executable,
        }
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        git = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        here = {"PATH": f"{self.work / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "NO_PROXY": "*"}
        return kept | git | here | {f"STAGE_{name}": str(path) for name, path in stage.items()}


def permitted(job: str) -> frozenset[str]:
    """What a token of that job in driftguard-main.yml may write; nothing for jobs elsewhere."""
    if not job:
        return frozenset()
    workflow = yaml.load((ROOT / ".github/workflows/driftguard-main.yml").read_text(), Loader=yaml.BaseLoader)
    given = workflow["jobs"][job]["permissions"]
    return frozenset().union(*(SCOPES.get(name, set()) for name, level in given.items() if level == "write"))


def _read(done: subprocess.CompletedProcess[str], home: Path) -> Ran:
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    jobs = {_named(each): each["jobResult"] for each in said if "jobResult" in each}
    log = "\n".join(f"[{each.get('job', '').strip()}] {each.get('msg', '').rstrip()}" for each in said)
    return Ran(jobs, f"{log}\n{done.stderr}", home / "artifacts", home / "sarif")


def _named(said: Mapping[str, Any]) -> str:
    """A job's name as GitHub shows it; act numbers those of a matrix."""
    name = str(said["job"]).rpartition("/")[2].strip()
    return re.sub(r"-\d+$", "", name) if said.get("matrix") else name
