"""What people are told of the consumers' answers: findings, and the check run's table and picture. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.verdicts import OPEN, State, Together, Verdict
from driftguard.escape import markdown
from driftguard.model import Finding, Severity
from driftguard.policy import RuleMode

SAID = {
    State.QUEUED: "is asked by the next sweep",
    State.ASKED: "was asked and has not answered yet",
    State.RUNNING: "is trying it",
    State.FAILED: "says that it breaks",
    State.CRASHED: "could not try it",
    State.SILENT: "did not answer in time",
    State.STALE: "was asked about an older head",
    State.UNREACHABLE: "could not be asked",
}
MARKS = {
    State.PASSED: "✅",
    State.WAIVED: "☑️",
    State.FAILED: "❌",
    State.CRASHED: "💥",
    State.SILENT: "🔇",
    State.UNREACHABLE: "🚫",
    State.STALE: "🕰️",
}
TITLES = {
    Together.GREEN: "every required consumer takes it",
    Together.WAITING: "waiting for consumers",
    Together.RED: "consumers break, or can't say",
}
_WAITING = "⏳"
_LINK = re.compile(r"https://[\w.~/?=&%-]+")


def consumer_findings(verdicts: Iterable[Verdict], mode: RuleMode, now: datetime) -> Iterator[Finding]:
    """One for each consumer that stands in the way; waived and passed ones don't."""
    for verdict in verdicts:
        state = verdict.state(now)
        if state in SAID and state not in OPEN:
            yield _finding(verdict, state, mode)


def _finding(verdict: Verdict, state: State, mode: RuleMode) -> Finding:
    question = verdict.question
    blocks = question.required and mode is RuleMode.BLOCK
    identity = f"cross_repo/consumer {question.contract} {question.consumer}"
    why = f": {verdict.why}" if verdict.why else ""
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        rule=f"cross_repo/consumer-{state.value}",
        kind="consumer",
        name=question.consumer,
        message=f"{question.consumer} {SAID[state]} (contract '{question.contract}'){why}",
        severity=Severity.ERROR if blocks else Severity.WARNING,
        evidence=verdict.link,
    )


def summary(verdicts: Sequence[Verdict], graph: Graph, now: datetime) -> str:
    """Markdown: a table of the required consumers, the advisory ones folded, and who else is hit."""
    required = [verdict for verdict in verdicts if verdict.question.required]
    advisory = [verdict for verdict in verdicts if not verdict.question.required]
    parts = [_table(required, now)] if required else ["No required consumer relies on it."]
    if advisory:
        parts.append(f"<details><summary>{len(advisory)} advisory</summary>\n\n{_table(advisory, now)}\n\n</details>")
    names = dict.fromkeys(verdict.question.contract for verdict in verdicts)
    pictures = [mermaid(graph, name) for name in names if name in graph.contracts]
    return "\n\n".join([*parts, *pictures])[:60_000]


def _table(verdicts: Sequence[Verdict], now: datetime) -> str:
    rows = ["| contract | consumer | answer | link | age |", "|---|---|---|---|---|"]
    return "\n".join([*rows, *(_row(verdict, now) for verdict in verdicts)])


def _row(verdict: Verdict, now: datetime) -> str:
    state = verdict.state(now)
    why = verdict.waiver.why if state is State.WAIVED and verdict.waiver else verdict.why
    answer = f"{MARKS.get(state, _WAITING)} {state.value}" + (f": {markdown(why)}" if why else "")
    link = f"[run]({verdict.link})" if _LINK.fullmatch(verdict.link) else ""
    question = verdict.question
    cells = (markdown(question.contract), markdown(question.consumer), answer, link, age(now - verdict.since))
    return f"| {' | '.join(cells)} |"


def age(since: timedelta) -> str:
    minutes = max(0, int(since.total_seconds() // 60))
    return f"{minutes} min" if minutes < 120 else f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440} d"  # noqa: PLR2004 - two hours, two days


def mermaid(graph: Graph, name: str) -> str:
    """Who is hit by a change of ``name``, as a picture; consumers behind a republisher are dashed."""
    lines = ["```mermaid", "graph LR", f'  c0["{_label(name)}"]']
    ids = {name: "c0"}
    for number, hit in enumerate(graph.hits(name), 1):
        arrow = "-->" if hit.direct else "-.->"
        via = ids.get(hit.via[-1], "c0")
        lines.append(f'  {via} {arrow} r{number}("{_label(hit.consumer.repo)}")')
        for again in hit.consumer.republishes:
            if again not in ids:
                ids[again] = f"c{len(ids)}"
                lines.append(f'  r{number} -.-> {ids[again]}["{_label(again)}"]')
    return "\n".join([*lines, "```"])


def _label(text: str) -> str:
    return "".join(char if char.isalnum() or char in "-_./ " else "-" for char in text)[:80]
