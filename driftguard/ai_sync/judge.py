"""The judge: what a language model adds to the guard's answer, once code has checked it.

It sees the change and the documentation, never the guard's findings, so there is nothing of them it could take back.
Whatever fails here ends in a note, and the guard's answer stands.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from driftguard.ai_sync import prompt
from driftguard.ai_sync.answers import Answers
from driftguard.ai_sync.claims import Claim
from driftguard.ai_sync.exhibits import Exhibit, exhibits
from driftguard.ai_sync.grounding import Evidence, Grounded, Standing, ground, normalised
from driftguard.ai_sync.inquiry import ANSWERED, Inquiry, Reply
from driftguard.ai_sync.retrieval import Match, retrieve
from driftguard.errors import DriftGuardError
from driftguard.model import Consultation, Finding, Severity
from driftguard.policy import AiSync, Rule, RuleMode
from driftguard.ports import LanguageModel, Sources, SourceTree

log = logging.getLogger(__name__)

UNAVAILABLE = "AI unavailable: guard only"
MISSING = "ai_sync/ai-missing"
_SAYS = {"false": "this no longer holds", "missing": "something is missing here"}
MOST_PIECES = 500
"""Pieces of a change that are looked at, in path order; far more than a budget reaches for."""
_LONGEST = 500
"""Characters of a model's explanation."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What the judge adds, and what the report and the trail should know about it."""

    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    consulted: tuple[Consultation, ...] = ()

    def without(self, told: Collection[str]) -> Opinion:
        """Less what the guard has said already: that a name in ``told`` is missing."""
        fresh = (finding for finding in self.findings if not _repeats(finding, told))
        return replace(self, findings=tuple(fresh))


def opinion(sources: Sources, ends: tuple[str, str], rule: Rule) -> Opinion:
    """The judge's word on what lies between two revisions; empty where the policy names no model. Never raises."""
    policy = sources.policy.ai_sync
    if not policy.model:
        return Opinion()
    try:
        model = sources.model
        return Opinion() if model is None else Judge(sources.tree, policy, model).opinion(*ends, rule)
    except DriftGuardError as error:
        return Opinion(notes=(f"{UNAVAILABLE} ({error})",))
    except Exception as error:  # a defect here must not cost the guard's answer
        log.debug("the judge failed", exc_info=True)
        return Opinion(notes=(f"{UNAVAILABLE} (internal error: {type(error).__name__})",))


@dataclass
class Judge:
    """One change, one opinion."""

    tree: SourceTree
    policy: AiSync
    model: LanguageModel

    def opinion(self, base: str, head: str, rule: Rule) -> Opinion:
        """Reads first, asks then. Raises what the tree raises."""
        every = exhibits(self.tree, self.policy, base, head)
        looked_at = every[:MOST_PIECES]
        matches, docs = retrieve(self.tree, self.policy, head, looked_at)
        known = {match: self._answers.get(self._name(match)) for match in matches}
        inquiry = Inquiry(self.model, self.policy)
        replies = inquiry.ask(prompt.parts([match for match in matches if known[match] is None]))
        self._keep(replies)
        kept = [claim for claims in known.values() for claim in claims or ()]
        said = [claim for reply in replies for claim in reply.claims or ()]
        grounded = ground([*kept, *said], _evidence(looked_at, docs))
        findings = _findings(grounded.standing, self._severity(rule))
        cached = sum(claims is not None for claims in known.values())
        notes = [*_failures(replies, cached), *_account(matches, cached, grounded, inquiry, replies)]
        if len(every) > MOST_PIECES:
            notes.append(f"AI: only the first {MOST_PIECES} of {len(every)} pieces of the change were looked at")
        return Opinion(findings, tuple(notes), tuple(inquiry.consulted))

    def _severity(self, rule: Rule) -> Severity:
        blocks = self.policy.ai.may_block and rule.mode is RuleMode.BLOCK
        return Severity.ERROR if blocks else Severity.WARNING

    @cached_property
    def _answers(self) -> Answers:
        return Answers.at(self.policy.ai.cache)

    def _name(self, match: Match) -> str:
        return prompt.name(match, self.policy.model)

    def _keep(self, replies: Iterable[Reply]) -> None:
        """Each exhibit's claims by themselves, so that the next push asks only about what it changed."""
        for reply in replies:
            if reply.claims is not None:
                for match in reply.part.matches:
                    self._answers.put(self._name(match), _about(match.exhibit, reply.claims))
        self._answers.prune()


def _repeats(finding: Finding, told: Collection[str]) -> bool:
    words = re.findall(r"[\w-]+", finding.message)
    return finding.rule == MISSING and not set(told).isdisjoint(words)


def _about(exhibit: Exhibit, claims: Iterable[Claim]) -> list[Claim]:
    numbers = {"added": exhibit.numbers("+"), "removed": exhibit.numbers("-")}
    return [
        claim for claim in claims if claim.code_path == exhibit.path and claim.code_line in numbers[claim.code_side]
    ]


def _evidence(every: Sequence[Exhibit], docs: Mapping[str, str]) -> Evidence:
    added: dict[str, frozenset[int]] = {}
    removed: dict[str, frozenset[int]] = {}
    for exhibit in every:
        added[exhibit.path] = added.get(exhibit.path, frozenset()) | exhibit.numbers("+")
        removed[exhibit.path] = removed.get(exhibit.path, frozenset()) | exhibit.numbers("-")
    return Evidence(docs, added, removed)


def _findings(standing: Iterable[Standing], severity: Severity) -> tuple[Finding, ...]:
    """One for each sentence and problem: the most confident claim."""
    ranked = sorted(standing, key=lambda each: each.claim.confidence)
    found = {finding.id: finding for finding in (_finding(each, severity) for each in ranked)}
    return tuple(sorted(found.values(), key=lambda finding: (finding.path, finding.line, finding.id)))


def _finding(standing: Standing, severity: Severity) -> Finding:
    claim = standing.claim
    rule = f"ai_sync/ai-{claim.problem}"
    quote = normalised(claim.quote)
    where = f"{claim.code_path}:{claim.code_line}" + (" before the change" if claim.code_side == "removed" else "")
    return Finding(
        id=hashlib.sha256(f"{rule} {claim.doc_path} {quote}".encode(errors="replace")).hexdigest()[:16],
        rule=rule,
        kind="documentation",
        name=claim.doc_path,
        message=f"AI: {_SAYS[claim.problem]}: {normalised(claim.why)[:_LONGEST]} ({where})",
        path=claim.doc_path,
        line=standing.doc_line,
        severity=severity,
        confidence=min(1.0, max(0.0, claim.confidence)),
        source="llm",
        evidence=quote,
    )


def _failures(replies: Sequence[Reply], cached: int) -> Iterable[str]:
    """What was not judged, and why; the same words wherever a team's checks look for them."""
    total = len(replies)
    left_out = [reply for reply in replies if reply.left_out]
    failed = [reply for reply in replies if reply.claims is None and not reply.left_out]
    reasons = "; ".join(dict.fromkeys(reply.why for reply in (failed or left_out) if reply.why))
    if total and len(failed) + len(left_out) == total and not cached:
        yield f"{UNAVAILABLE} ({reasons})"
        return
    if failed:
        yield f"AI unavailable for {len(failed)} of {total} parts of the change: guard only there ({reasons})"
    if left_out:
        yield f"AI: {len(left_out)} of {total} parts of the change were left out ({left_out[0].why})"


def _account(
    matches: Sequence[Match], cached: int, grounded: Grounded, inquiry: Inquiry, replies: Sequence[Reply]
) -> Iterable[str]:
    if not matches:
        yield "AI: no documentation belongs to this change, so nothing was asked"
        return
    if not cached and all(reply.claims is None for reply in replies):
        return
    answered = [each for each in inquiry.consulted if each.outcome == ANSWERED]
    names = ", ".join(dict.fromkeys(each.model for each in answered)) or "kept answers"
    sections = {section for match in matches for section in match.sections}
    tokens = sum(each.input_tokens + each.output_tokens for each in inquiry.consulted)
    cost = sum(each.cost_usd for each in inquiry.consulted)
    dropped = f", {grounded.dropped} dropped: not found where they point" if grounded.dropped else ""
    yield (
        f"AI ({names}): {len(matches)} pieces of the change, {cached} known from before, against {len(sections)} "
        f"sections of documentation; {len(grounded.standing)} claims stand{dropped}; {tokens} tokens, ${cost:.4f}"
    )
