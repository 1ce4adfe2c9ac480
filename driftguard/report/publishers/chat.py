"""A message to each chat that the policy names, where a run is worth one. Its looks there are the executor's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard.model import Action, Conclusion, Finding, Mode, Plan, Report, Risk, Target
from driftguard.policy import Channel, Moment
from driftguard.ports import Sources
from driftguard.report import savings, words
from driftguard.report.escape import visible

MOST_LINES = 10
"""Of each kind; a chat is no place for a table."""

_EXPIRING = "janitor/expiring"


@dataclass
class ChatPublisher:
    """``ports.Publisher``. Reads nothing but the report."""

    sources: Sources
    kind: ClassVar[str] = "chat"

    def publish(self, report: Report) -> Plan:
        notify = self.sources.policy.notify
        channels = {name: getattr(notify, name) for name in type(notify).model_fields if getattr(notify, name)}
        wanted = {name: channel for name, channel in channels.items() if worth(report, channel)}
        if wanted and report.event.from_fork:
            return Plan(notes=(f"a fork's pull request has no secrets, so nobody is told in {' or '.join(wanted)}",))
        return Plan(actions=tuple(self._action(name, channel, report) for name, channel in wanted.items()))

    def _action(self, name: str, channel: Channel, report: Report) -> Action:
        return Action(
            id=f"{name}:{report.run_id}",
            kind=name,
            target=Target(name, name, "channel", channel.webhook_env, name),
            risk=Risk.NOTIFY,
            why=f"tells {name}: {words.headline(report)}",
            body={"webhook_env": channel.webhook_env, "message": message(report, self._links(report))},
        )

    def _links(self, report: Report) -> Iterator[Mapping[str, str]]:
        event, web = report.event, self.sources.web_url
        if event.number is not None:
            yield {"text": f"pull request #{event.number}", "url": f"{web}/{event.repo}/pull/{event.number}"}
        if self.sources.run_url:
            yield {"text": "log", "url": self.sources.run_url}


def worth(report: Report, channel: Channel) -> bool:
    """Whether any of the moments that ``channel`` asks for has come."""
    came = {
        Moment.BLOCKED: report.conclusion is Conclusion.BLOCKED,
        Moment.INCOMPLETE: report.conclusion is Conclusion.INCOMPLETE,
        Moment.DELETED: any(map(savings.going, report.actions, report.outcomes)),
        Moment.EXPIRING: any(finding.rule == _EXPIRING for finding in report.findings),
        Moment.ALWAYS: True,
    }
    return any(came[moment] for moment in channel.on)


def message(report: Report, links: Iterator[Mapping[str, str]]) -> Mapping[str, Any]:
    """``{title, facts, sections: [{title, lines}], links: [{text, url}]}``; all of it plain text, nothing to escape."""
    mode = "dry-run, nothing was changed" if report.mode is Mode.REHEARSAL else "live"
    facts = [report.event.repo, report.event.kind, mode, f"by {report.event.actor}" if report.event.actor else ""]
    return {
        "title": visible(f"{words.mark(report)} DriftGuard: {words.headline(report)}"),
        "facts": visible(" · ".join(filter(None, facts))),
        "sections": list(_sections(report)),
        "links": list(links),
    }


def _sections(report: Report) -> Iterator[Mapping[str, Any]]:
    pairs = list(zip(report.actions, report.outcomes, strict=True))
    gone = [action for action, outcome in pairs if savings.going(action, outcome)]
    failed = [f"{action.target.name}: {outcome.error}" for action, outcome in pairs if outcome.error]
    yield from _section("Blocks", [_said(finding) for finding in report.findings if finding.blocks])
    yield from _section("Deleted", [f"{action.target.name} ({action.target.path})" for action in gone])
    yield from _section("Saved", [saved] if (saved := savings.sentence(report)) else [])
    expiring = [finding.message for finding in report.findings if finding.rule == _EXPIRING]
    yield from _section("About to end", expiring)
    yield from _section("Failed", failed)
    yield from _section("Not looked at", [f"{gap.scope} {gap.what}: {gap.error}" for gap in report.gaps])


def _said(finding: Finding) -> str:
    where = f"{finding.path}:{finding.line}: " if finding.path else ""
    return f"{where}{finding.message}"


def _section(title: str, lines: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    if lines:
        more = [f"… and {len(lines) - MOST_LINES} more"] if len(lines) > MOST_LINES else []
        shown = [visible(line)[:300] for line in lines[:MOST_LINES]]
        yield {"title": title, "lines": [*shown, *more]}


PUBLISHER = ChatPublisher
