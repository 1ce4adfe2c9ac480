"""What people are told of the consumers' answers: findings, and the check run's table and picture. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from types import MappingProxyType

from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.verdicts import OPEN, State, Together, Verdict, aggregate
from driftguard.escape import markdown
from driftguard.model import Finding, Severity
from driftguard.policy import Contract, RuleMode

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
ROOM = 28_000
"""Bytes of a table; a check run's summary takes 65,535 characters, and there are two tables and the pictures."""

_WAITING = "⏳"
_LINK = re.compile(r"https://[\w.~/?=&%-]+")


def consumer_findings(
    verdicts: Iterable[Verdict], contract: Contract, mode: RuleMode, now: datetime
) -> Iterator[Finding]:
    """One for each consumer of ``contract`` that stands in the way; waived and passed ones don't."""
    owners = {consumer.repo.lower(): consumer.owners for consumer in contract.consumers}
    for verdict in verdicts:
        state = verdict.state(now)
        if state in SAID and state not in OPEN:
            yield _finding(verdict, state, mode, owners.get(verdict.question.consumer.lower(), ()))


def _finding(verdict: Verdict, state: State, mode: RuleMode, owners: Sequence[str]) -> Finding:
    question = verdict.question
    blocks = question.required and mode is RuleMode.BLOCK
    identity = f"cross_repo/consumer {question.contract} {question.consumer}"
    why = f": {verdict.why}" if verdict.why else ""
    ask = f"; ask {', '.join(owners)}" if owners else ""
    return Finding(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        rule=f"cross_repo/consumer-{state.value}",
        kind="consumer",
        name=question.consumer,
        message=f"{question.consumer} {SAID[state]} (contract '{question.contract}'){why}{ask}",
        severity=Severity.ERROR if blocks else Severity.WARNING,
        evidence=verdict.link,
    )


@dataclass(frozen=True, slots=True)
class Shown:
    """What people see of all verdicts on a head; ``digest`` changes whenever somebody's answer does."""

    together: Together
    summary: str
    digest: str


def shown(verdicts: Sequence[Verdict], graph: Graph, now: datetime) -> Shown:
    return Shown(aggregate(verdicts, now), summary(verdicts, graph, now), digest(verdicts, now))


def digest(verdicts: Iterable[Verdict], now: datetime) -> str:
    """Of who says what, so that nothing is written twice that was told before."""
    plain = sorted((v.question.contract, v.question.consumer, v.state(now).value, v.link, v.why) for v in verdicts)
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()[:16]


def summary(
    verdicts: Sequence[Verdict], graph: Graph, now: datetime, changes: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Markdown: a table of the required consumers, the advisory ones folded, and who else is hit.

    ``changes`` says in a few words what becomes of each contract.
    """
    required = [verdict for verdict in verdicts if verdict.question.required]
    advisory = [verdict for verdict in verdicts if not verdict.question.required]
    parts = [_table(required, now, changes, ROOM)] if required else ["No required consumer relies on it."]
    if advisory:
        folded = _table(advisory, now, changes, ROOM // 2)
        parts.append(f"<details><summary>{len(advisory)} advisory</summary>\n\n{folded}\n\n</details>")
    names = dict.fromkeys(verdict.question.contract for verdict in verdicts)
    pictures = "\n\n".join(mermaid(graph, name) for name in names if name in graph.contracts)
    return "\n\n".join([*parts, *([pictures] if len(pictures) < ROOM // 2 else [])])


def _table(verdicts: Sequence[Verdict], now: datetime, changes: Mapping[str, str], room: int) -> str:
    """What stands in the way first, in at most ``room`` bytes of rows; what has no room is counted."""
    rows = ["| change | consumer | answer | link | age |", "|---|---|---|---|---|"]
    first = sorted(verdicts, key=lambda verdict: verdict.state(now) in (State.PASSED, State.WAIVED))
    sizes = accumulate(len(_row(verdict, now, changes).encode()) + 1 for verdict in first)
    fitting = sum(size <= room for size in sizes)
    rows += [_row(verdict, now, changes) for verdict in first[:fitting]]
    left_out = Counter(verdict.state(now).value for verdict in first[fitting:])
    more = ", ".join(f"{count} {state}" for state, count in sorted(left_out.items()))
    return "\n".join(rows) + (f"\n\nand {more}" if more else "")


def _row(verdict: Verdict, now: datetime, changes: Mapping[str, str]) -> str:
    state, question = verdict.state(now), verdict.question
    why = verdict.waiver.why if state is State.WAIVED and verdict.waiver else verdict.why
    answer = f"{MARKS.get(state, _WAITING)} {state.value}" + (f": {markdown(why)}" if why else "")
    link = f"[run]({verdict.link})" if _LINK.fullmatch(verdict.link) else ""
    change = ": ".join(filter(None, (question.contract, changes.get(question.contract, ""))))
    cells = (markdown(change), markdown(question.consumer), answer, link, age(now - verdict.since))
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
