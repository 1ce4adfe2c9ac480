"""Where questions to consumers are written down: GitHub itself, and nowhere else.

Check runs on the pull request's head are the pages: a page holds the questions of one run and is written before the
first of them is sent. What it holds is never taken out again, so that all pages together are all that was asked,
whoever writes meanwhile. Each answer is a commit status, tied to its question by the nonce's hash. Only what our App
(check runs) and our login (statuses) wrote counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from driftguard.cross_repo import pages
from driftguard.cross_repo.pages import Page
from driftguard.cross_repo.verdicts import OPEN, Question, State, Verdict, nonce_sha256
from driftguard.forge import CommitStatus, Forge
from driftguard.policy import Policy

_LONGEST = 140
"""Characters of a status's description, https://docs.github.com/en/rest/commits/statuses#create-a-commit-status."""

_NO_RUN = "no-run-"
"""Where a link leads to the pull request, since the consumer named no run."""

STATUS = {
    State.QUEUED: "pending",
    State.ASKED: "pending",
    State.RUNNING: "pending",
    State.PASSED: "success",
    State.WAIVED: "success",
    State.FAILED: "failure",
    State.SILENT: "failure",
    State.CRASHED: "error",
    State.STALE: "error",
    State.UNREACHABLE: "error",
}


@dataclass(frozen=True, slots=True)
class Held:
    """All that is written down about one head: pages, oldest first; each question once, with its answer so far."""

    pages: tuple[Page, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    shown: Mapping[str, str] = field(default_factory=dict)
    """The newest status of each context, as its description."""

    def paths(self, digest: str) -> tuple[str, ...] | None:
        """The files of the contract with that digest; ``None`` if no page lists them."""
        return next((page.paths[digest] for page in reversed(self.pages) if digest in page.paths), None)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is written down on the heads of one repository's pull requests."""

    forge: Forge
    policy: Policy

    def read(self, repo: str, sha: str, number: int) -> Held:
        """Raises a ``DriftGuardError``, also where a page of ours can't be read: its questions must not be lost."""
        runs = self.forge.check_runs(repo, sha, self.policy.cross_repo.check)
        ours = [
            run for run in runs if run.app == self.policy.github.app and run.external_id == pages.external_id(number)
        ]
        found = tuple(pages.read(run) for run in sorted(ours, key=lambda run: run.id))
        if not any(page.verdicts for page in found):
            return Held(found)
        statuses = _ours(self.forge.statuses(repo, sha), self.policy.github.author)
        shown = {context: every[0].description for context, every in statuses.items()}
        return Held(found, answered(_latest(found), statuses), shown)


def _latest(found: Iterable[Page]) -> tuple[Verdict, ...]:
    """Of several questions to one consumer about one contract, the one that was asked last."""
    asked = {(v.question.consumer.lower(), v.question.contract): v for page in found for v in page.verdicts}
    return tuple(asked.values())


def _ours(statuses: Iterable[CommitStatus], author: str) -> dict[str, list[CommitStatus]]:
    """By context, the newest first."""
    ours: dict[str, list[CommitStatus]] = {}
    for one in statuses:
        if one.author.lower() == author.lower():
            ours.setdefault(one.context, []).append(one)
    return ours


def answered(verdicts: Iterable[Verdict], statuses: Mapping[str, Sequence[CommitStatus]]) -> tuple[Verdict, ...]:
    """The same verdicts, moved on to what our statuses say."""
    return tuple(_moved_on(verdict, statuses.get(context(verdict.question), ())) for verdict in verdicts)


def _moved_on(verdict: Verdict, statuses: Sequence[CommitStatus]) -> Verdict:
    """Of the answers to this question the first one counts, however late a 'running' was written."""
    said = [(_word(one), one) for one in statuses if one.link.endswith(tie(verdict.question))]
    running = next((one for word, one in said if word is State.RUNNING), None)
    final = next((one for word, one in reversed(said) if word is not None and word not in OPEN), None)
    found = final or running
    if found is None:
        return verdict
    why = found.description.partition(": ")[2]
    link, _, fragment = found.link.partition("#")
    link = verdict.link if fragment.startswith(_NO_RUN) else link
    return replace(verdict, answer=_word(found) or verdict.answer, since=found.at or verdict.since, link=link, why=why)


def _word(one: CommitStatus) -> State | None:
    word = one.description.partition(": ")[0]
    return State(word) if word in set(State) - {State.WAIVED, State.QUEUED, State.ASKED} else None


def context(question: Question) -> str:
    """The context of the status that holds the answer to ``question``."""
    return f"driftguard/{question.contract}: {question.consumer}"


def tie(question: Question) -> str:
    """What the link of each answer to ``question`` ends with: an older question's answer is not taken for its own."""
    return _tie(question.nonce_sha256)


def _tie(kept: str) -> str:
    return f"driftguard-{kept[:12]}"


def has_answer(statuses: Iterable[CommitStatus], nonce: str) -> bool:
    """Whether any of ``statuses`` is the final answer to the question with that nonce, for the consumer itself."""
    ours = (one for one in statuses if one.link.endswith(_tie(nonce_sha256(nonce))))
    return any(word is not None and word not in OPEN for word in map(_word, ours))


def status(verdict: Verdict, otherwise: str) -> dict[str, str]:
    """The fields of a commit status; its description begins with our own word for the state.

    ``otherwise`` is where its link leads if the consumer named no run.
    """
    said = f"{verdict.answer.value}: {verdict.why}" if verdict.why else verdict.answer.value
    named = verdict.link.startswith(("https://", "http://"))
    link = f"{verdict.link.partition('#')[0]}#" if named else f"{otherwise}#{_NO_RUN}"
    return {
        "state": STATUS[verdict.answer],
        "context": context(verdict.question),
        "description": said[:_LONGEST],
        "target_url": f"{link}{tie(verdict.question)}",
    }
