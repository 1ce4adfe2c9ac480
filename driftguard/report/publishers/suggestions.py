"""Ready lines as suggestions that a click commits, where the documentation's file is in the diff.

GitHub takes a review comment only at a line of the diff, and a suggestion replaces that line: so it repeats the line
and adds the new ones. Everywhere else the ready line stands in the comment.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from driftguard import markers
from driftguard.events import compared
from driftguard.forge import Forge
from driftguard.model import Action, Event, Finding, Plan, Report, Risk
from driftguard.ports import Sources
from driftguard.report import words
from driftguard.report.escape import markdown, visible
from driftguard.report.markdown import fenced
from driftguard.report.publishers.subject import Subject, silenced, subject

MOST = 10
"""Suggestions in one review; each is a conversation of its own."""


@dataclass
class SuggestionsPublisher:
    """``ports.Publisher``. Suggests each finding's line once a pull request, whatever became of it."""

    sources: Sources
    kind: ClassVar[str] = "suggestions"

    def publish(self, report: Report) -> Plan:
        about, policy = subject(report, self.sources.policy), self.sources.policy.github
        wanted = [finding for finding in report.findings if finding.fix_path and finding.fix and not finding.waiver]
        forge = self.sources.forge
        if about is None or not wanted or not policy.suggestions or forge is None:
            return Plan()
        silence = silenced(report.event, self.sources)
        if silence:
            return Plan(notes=(silence,))
        known = self._known(forge, about)
        comments = list(self._comments(report.event, [f for f in wanted if markers.short(f.id) not in known]))[:MOST]
        return Plan(actions=(_action(about, comments),)) if comments else Plan()

    def _known(self, forge: Forge, about: Subject) -> set[str | None]:
        ours = self.sources.policy.github.author.lower()
        said = forge.suggested(about.repo, about.number)
        return {markers.suggested(comment.body) for comment in said if comment.author.lower() == ours}

    def _comments(self, event: Event, findings: Sequence[Finding]) -> Iterator[Mapping[str, Any]]:
        ends, tree = compared(event, self.sources.tree), self.sources.tree
        if ends is None:
            return
        added = tree.added_lines(*ends, sorted({finding.fix_path for finding in findings}))
        for finding in findings:
            line = finding.fix_after
            text = tree.read(ends[1], finding.fix_path) or b""
            lines = text.decode(errors="replace").split("\n")
            if line in added.get(finding.fix_path, ()) and line <= len(lines) and _repeats(lines[line - 1]):
                body = _body(finding, lines[line - 1])
                yield {"path": finding.fix_path, "line": line, "side": "RIGHT", "body": body}


def _repeats(line: str) -> bool:
    """Whether the line can be written again as it is: what we show, we show without hidden characters."""
    return visible(line.replace("\t", "")) == line.replace("\t", "") and "\ufffd" not in line


def _body(finding: Finding, before: str) -> str:
    suggestion = fenced(f"{before}\n{finding.fix}", "suggestion")
    return f"{markdown(finding.message)}\n\n{suggestion}\n\n{markers.fix(finding.id)}"


def _action(about: Subject, comments: Sequence[Mapping[str, Any]]) -> Action:
    body = {"repo": about.repo, "number": about.number, "commit_id": about.sha, "comments": list(comments)}
    name = f"pr_review:{about.repo}#{about.number}:{about.sha}"
    why = f"{words.counted(len(comments), 'suggestion')} in the diff"
    return Action(name, "pr_review", about.target, Risk.NOTIFY, why, body=body)


PUBLISHER = SuggestionsPublisher
