"""An origin with any number of consumers, all in memory: the real engine, gate, planner, publisher and executors.

Several runs can go on at once, their reads and writes interleaved as a schedule says.
"""

import hashlib
import itertools
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from fakes.nobody import nothing_but
from fakes.trail import MemoryTrail

from driftguard.cross_repo.nonces import RunNonces
from driftguard.cross_repo.planner import CrossRepoPlanner
from driftguard.cross_repo.publisher import ContractsPublisher
from driftguard.engine import UniFlow
from driftguard.errors import NotFound, PermanentError
from driftguard.executors.check_run import CheckRunExecutor
from driftguard.executors.commit_status import CommitStatus as CommitStatusExecutor
from driftguard.executors.repository_dispatch import RepositoryDispatch
from driftguard.executors.workflow_dispatch import WorkflowDispatch
from driftguard.forge import CheckRun, CommitStatus, Override, Overrides, PullRequest
from driftguard.gate import Gate
from driftguard.model import Event, Mode, Report
from driftguard.policy import Policy
from driftguard.ports import FileChange

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBER = 7
ORIGIN = "acme/shop"
BASE = "b" * 40
NOTHING: Mapping[str, str] = MappingProxyType({})


def policy(consumers: Sequence[Mapping[str, Any]], **limits: Any) -> Policy:
    rule = {
        "name": "contracts",
        "on": ["pull_request", "repository_dispatch.driftguard-verdict", "schedule"],
        "run": "cross_repo",
    }
    contract = {"name": "orders", "paths": ["api/**"], "consumers": list(consumers)}
    whole = {"version": 1, "dry_run": False, "rules": [rule], "cross_repo": {"contracts": [contract]}}
    return Policy.model_validate(whole | {"limits": {"parallel": 1, **limits}})


class Turns:
    """One step of one run at a time; ``schedule`` says whose, and any order will do once it is used up."""

    def __init__(self, schedule: Sequence[int], after: Callable[[], None]) -> None:
        self.schedule, self.after = itertools.chain(schedule, itertools.count()), after
        self.bell = threading.Condition()
        self.running: set[int] = set()
        self.waiting: set[int] = set()
        self.granted: int | None = None
        self.over = False

    def step(self, run: int) -> None:
        """Called before each read or write; returns when it is this run's turn."""
        with self.bell:
            self.waiting.add(run)
            self.bell.notify_all()
            self.bell.wait_for(lambda: self.granted == run or self.over)
            assert not self.over, "the test has failed"
            self.granted = None
            self.waiting.discard(run)

    def go(self, runs: Sequence[Callable[[], None]]) -> None:
        threads = [threading.Thread(target=self._run, args=(number, run)) for number, run in enumerate(runs)]
        self.running = set(range(len(runs)))
        for thread in threads:
            thread.start()
        try:
            while self._one():
                pass
        finally:
            with self.bell:
                self.over = True
                self.bell.notify_all()
            for thread in threads:
                thread.join()

    def _one(self) -> bool:
        """Let one run take a step; whether any is left."""
        with self.bell:
            self.bell.wait_for(lambda: self.granted is None and self.waiting == self.running)
            self.after()
            ready = sorted(self.waiting)
            if ready:
                self.granted = ready[next(self.schedule) % len(ready)]
                self.bell.notify_all()
            return bool(ready)

    def _run(self, number: int, run: Callable[[], None]) -> None:
        try:
            run()
        finally:
            with self.bell:
                self.running.discard(number)
                self.waiting.discard(number)
                self.bell.notify_all()


@dataclass
class World:
    """acme/shop and its pull request 7; ``asked`` holds what each consumer was last asked."""

    policy: Policy
    now: datetime = START
    head: str = "a" * 40
    contract: bytes = b"new"
    checks: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[CommitStatus] = field(default_factory=list)
    asked: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    questions: int = 0
    unreachable: set[str] = field(default_factory=set)
    overrides: tuple[Override, ...] = ()
    requests: list[tuple[str, datetime]] = field(default_factory=list)
    """Each request's verb and moment."""

    truths: set[tuple[str, str]] = field(default_factory=set)
    """Who truly passed, and at which head; for tests to fill."""

    turn: Callable[[str], None] = lambda _verb: None

    # What happens.

    def opened(self, **payload: Any) -> Report:
        return self.run(self.event("pull_request.opened", pull_request=self._pull(), **payload))

    def hears(self, answer: Mapping[str, Any], step: Callable[[], None] = lambda: None) -> Report:
        return self.run(self.event("repository_dispatch.driftguard-verdict", client_payload=dict(answer)), step)

    def swept(self) -> Report:
        return self.run(self.event("schedule"))

    def at_once(self, answers: Sequence[Mapping[str, Any]], schedule: Sequence[int], after: Callable[[], None]) -> None:
        """Every answer in a run of its own, all at the same time."""
        turns = Turns(schedule, after)

        def run(number: int, answer: Mapping[str, Any]) -> Callable[[], None]:
            return lambda: void(self.hears(answer, lambda: turns.step(number)))

        turns.go([run(number, answer) for number, answer in enumerate(answers)])

    def answer(
        self, name: str, says: str = "passed", other: Mapping[str, str] = MappingProxyType({})
    ) -> dict[str, Any]:
        question = self.asked[name]
        kept = {name: question[name] for name in ("consumer", "contract", "sha", "digest", "nonce", "pull_request")}
        return {**kept, "says": says, "why": "", "link": "https://run", **other}

    def push(self, sha: str, contract: bytes) -> None:
        self.head, self.contract = sha, contract

    # What can be seen.

    @property
    def together(self) -> str:
        """The newest check run's conclusion; empty while it is in progress, or where there is none."""
        ours = [check for check in self.checks if check["head_sha"] == self.head]
        return str(ours[-1].get("conclusion") or "") if ours else ""

    @property
    def summary(self) -> str:
        return str(self.checks[-1]["output"]["summary"])

    def shown(self, consumer: str) -> str:
        """The newest status of a consumer on the head."""
        about = f"driftguard/orders: {consumer}"
        ours = [one.description for one in self.statuses if one.context == about]
        return ours[-1] if ours else ""

    # The way through.

    def event(self, kind: str, **payload: Any) -> Event:
        return Event("1", kind, ORIGIN, "main", self.head, "alice", self.now, payload)

    def run(self, event: Event, step: Callable[[], None] = lambda: None) -> Report:
        hub, nonces = Hub(self, step), RunNonces()
        sources = nothing_but(
            policy=self.policy,
            clock=lambda: self.now,
            tree=Tree(self),
            forge=hub,
            overrides=lambda _event: Overrides(self.overrides),
            web_url="https://github.example",
            run_url="",
            nonces=nonces,
            tools=None,
        )
        writers = nothing_but(forge=hub, dispatcher=hub, nonces=nonces)
        kinds = (CheckRunExecutor, CommitStatusExecutor, RepositoryDispatch, WorkflowDispatch)
        executors = {kind.kind: kind(writers) for kind in kinds}
        trail = MemoryTrail()
        gate = Gate(self.policy, executors, lambda target: target, trail, lambda: self.now)
        planners = {"cross_repo": CrossRepoPlanner(sources)}
        publishers = [ContractsPublisher(sources)]
        flow = UniFlow(self.policy, planners, gate, trail, lambda: self.now, "1", Mode.LIVE, publishers=publishers)
        return flow.run(event)

    def _pull(self) -> dict[str, Any]:
        head = {"sha": self.head, "repo": {"full_name": ORIGIN}}
        return {"number": NUMBER, "head": head, "base": {"sha": BASE}}


def void(_: object) -> None:
    """For a callable that must return nothing."""


@dataclass(frozen=True)
class Tree:
    """``ports.SourceTree`` of one contract that changed."""

    world: World

    def resolve(self, revision: str) -> str:
        return revision

    def merge_base(self, one: str, other: str) -> str:
        return one

    def changes(self, base: str, head: str) -> Sequence[FileChange]:
        return [FileChange("M", "api/a.json", "api/a.json")]

    def files(self, revision: str) -> Sequence[str]:
        return ["api/a.json"]

    def read(self, revision: str, path: str) -> bytes:
        return b"old" if revision == BASE else self.world.contract


@dataclass(frozen=True)
class Hub:
    """``forge.Forge``, ``forge.ForgeWriter`` and ``ports.Dispatcher`` over the world's state, for one run."""

    world: World
    step: Callable[[], None]

    def _request(self, verb: str) -> None:
        self.step()
        self.world.turn(verb)
        self.world.requests.append((verb, self.world.now))

    def pull(self, repo: str, number: int) -> PullRequest:
        self._request("GET")
        if number != NUMBER:
            raise NotFound(f"{repo}#{number}: 404")
        return PullRequest(repo, number, True, self.world.head, "topic", repo, BASE, "main")

    def open_pulls(self, repo: str) -> Sequence[PullRequest]:
        return [self.pull(repo, NUMBER)]

    def check_runs(self, repo: str, sha: str, name: str) -> Sequence[CheckRun]:
        self._request("GET")
        return [_run(check) for check in self.world.checks if (check["head_sha"], check["name"]) == (sha, name)]

    def statuses(self, repo: str, sha: str) -> Sequence[CommitStatus]:
        for _ in range(-(-max(1, len(self.world.statuses)) // 100)):
            self._request("GET")
        return [*reversed(self.world.statuses)]

    def create_check(self, repo: str, fields: Mapping[str, Any]) -> int:
        self._request("POST")
        identity = len(self.world.checks) + 1
        self.world.checks.append({"id": identity, **fields})
        return identity

    def update_check(self, repo: str, check: int, fields: Mapping[str, Any]) -> None:
        self._request("PATCH")
        begun_again = {} if "conclusion" in fields else {"conclusion": None}
        self.world.checks[check - 1] |= dict(fields) | begun_again

    def set_status(self, repo: str, sha: str, fields: Mapping[str, str]) -> None:
        self._request("POST")
        about = fields["context"], fields["state"], fields["description"]
        self.world.statuses.append(CommitStatus(*about, "github-actions[bot]", fields["target_url"], self.world.now))

    def dispatch(self, repo: str, event_type: str, payload: Mapping[str, Any]) -> None:
        self._request("POST")
        if repo in self.world.unreachable:
            raise PermanentError(f"{repo}: 404")
        self.world.asked[repo] = payload
        self.world.questions += 1

    def run_workflow(self, repo: str, workflow: str, ref: str, inputs: Mapping[str, str]) -> str:
        self.dispatch(repo, workflow, {"question": inputs["question"]})
        return "https://run"


def _run(check: Mapping[str, Any]) -> CheckRun:
    return CheckRun(
        id=check["id"],
        name=check["name"],
        app="github-actions",
        external_id=check["external_id"],
        head_sha=check["head_sha"],
        completed_at=None,
        text=check["output"]["text"],
        conclusion=check.get("conclusion") or "",
    )


def names(count: int) -> list[str]:
    return [f"acme/consumer-{number:03}" for number in range(count)]


def shas() -> Iterator[str]:
    """Commits to push, one after the other."""
    return (hashlib.sha1(str(number).encode()).hexdigest() for number in itertools.count())


MINUTE = timedelta(minutes=1)
