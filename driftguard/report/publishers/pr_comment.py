"""The one comment on a pull request: what stands, what the last push changed, one line once all is in sync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import quote

from driftguard import markers
from driftguard.forge import Key
from driftguard.markers import Told
from driftguard.model import Action, Conclusion, Finding, Plan, Report, Risk
from driftguard.ports import Sources
from driftguard.report import words
from driftguard.report.escape import code, markdown
from driftguard.report.markdown import MOST_CHARACTERS, body, place
from driftguard.report.publishers.subject import Subject, silenced, subject

MOST_NAMED = 10
"""Fixed findings that are named; the rest is counted."""


@dataclass
class PrCommentPublisher:
    """``ports.Publisher``. Reads the conversation, to find what was told last.

    A pull request that never had a finding gets no comment: silence is the best 'all in sync'.
    """

    sources: Sources
    kind: ClassVar[str] = "pr_comment"

    def publish(self, report: Report) -> Plan:
        about, policy = subject(report, self.sources.policy), self.sources.policy.github
        if about is None or not policy.comment:
            return Plan()
        forge, silence = self.sources.forge, silenced(report.event, self.sources)
        if forge is None or silence:
            return Plan(notes=(silence,))
        key = Key(markers.REPORT, policy.author)
        ours = next(filter(key.fits, forge.comments(about.repo, about.number)), None)
        if ours is None and in_sync(report):
            return Plan()
        before = markers.decode(ours.body) if ours else None
        web = self.sources.web_url
        text = compose(report, before, f"{web}/{about.repo}/blob/{about.sha}", self.sources.run_url)
        return Plan(actions=(_action(about, key, text, report),))


def _action(about: Subject, key: Key, text: str, report: Report) -> Action:
    said = {"repo": about.repo, "number": about.number, "marker": key.marker, "author": key.author, "text": text}
    name = f"pr_comment:{about.repo}#{about.number}:report"
    return Action(name, "pr_comment", about.target, Risk.NOTIFY, f"the comment: {words.headline(report)}", body=said)


def in_sync(report: Report) -> bool:
    """Nothing to tell at all; a finding that was set aside is still told."""
    return report.conclusion is Conclusion.CLEAN and not report.findings


def compose(report: Report, before: Told | None, blob_url: str, run_url: str) -> str:
    """The whole comment. ``before`` is what it told last, ``blob_url`` where the head's files can be looked at."""
    sha = report.event.sha
    since, baseline = before.baseline(sha) if before else ("", {})
    now = markers.remembered((finding.id, finding.name) for finding in report.findings)
    state = markers.encode(Told(sha, now, since, baseline))
    change = _change(since, baseline, now)
    log = f" · [log]({run_url})" if run_url else ""
    if in_sync(report):
        notes = "".join(f" · {markdown(note)}" for note in report.notes)
        return f"{state}\n✅ DriftGuard: all in sync at {code(sha[:9])}{f' · {change}' if change else ''}{notes}{log}\n"
    new = frozenset(f.id for f in report.findings if since and markers.short(f.id) not in baseline)
    head = f"{state}\n### {words.mark(report)} DriftGuard: {markdown(words.headline(report))}\n"
    about = " · ".join(filter(None, (f"At {code(sha[:9])}", change))) + "\n"
    foot = f"\n<sub>`/driftguard help` shows what maintainers may comment here{log}</sub>\n"
    room = MOST_CHARACTERS - len((head + about + foot).encode())
    return head + about + body(report, room, new, lambda finding: _linked(finding, blob_url)) + foot


def _change(since: str, baseline: Mapping[str, str], now: Mapping[str, str]) -> str:
    """'since `abc`: 1 fixed (`CACHE_TTL`), 2 new'; empty where there is nothing to compare with."""
    if not since:
        return ""
    fixed = [name for identity, name in baseline.items() if identity not in now]
    new = [identity for identity in now if identity not in baseline]
    if not fixed and not new:
        return f"since {code(since[:9])}: no change"
    named = ", ".join(code(name) for name in dict.fromkeys(fixed[:MOST_NAMED]) if name)
    more = " …" if len(fixed) > MOST_NAMED else ""
    said = [f"{len(fixed)} fixed{f' ({named}{more})' if named else ''}"] if fixed else []
    return f"since {code(since[:9])}: {', '.join([*said, *([f'{len(new)} new'] if new else [])])}"


def _linked(finding: Finding, blob_url: str) -> str:
    if not finding.path:
        return place(finding)
    line = f"#L{finding.line}" if finding.line else ""
    return f"[{place(finding)}]({blob_url}/{quote(finding.path.encode(errors='surrogateescape'), safe='/')}{line})"


PUBLISHER = PrCommentPublisher
