"""What a comment on a pull request sets in motion. Reads only: who may ask is GitHub's answer, not the payload's.

Comments reach this module like any event reaches any module, through a rule: ``{name: commands, on:
[issue_comment.created], run: commands}``. So a policy without that rule takes no commands, and each one passes the
gate and the trail. A command counts once: the answer to a comment carries its id, and an answered comment is done.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cached_property
from typing import Any, ClassVar

from driftguard import markers
from driftguard.commands import answers, record
from driftguard.commands.asked import Asked
from driftguard.commands.parse import WORD, Command, Help, Keep, Recheck, SetAside, Unknown, parse
from driftguard.errors import DriftGuardError, NotFound
from driftguard.forge import Forge, Key, Override, PullRequest, Scope
from driftguard.model import AGAIN, Action, Event, Gap, Plan, Risk, Target
from driftguard.policy import Rule, format_duration
from driftguard.ports import Sources

MAY = frozenset({"admin", "maintain", "write"})
JUDGES = ("ai_sync", "cross_repo")
PUSHES = (
    "pull_request.synchronize",
    "pull_request_target.synchronize",
    "pull_request.opened",
    "pull_request_target.opened",
)


@dataclass
class CommandPlanner:
    """``ports.Planner`` for `/driftguard …`."""

    sources: Sources
    kind: ClassVar[str] = "commands"

    def plan(self, event: Event, rule: Rule) -> Plan:  # noqa: ARG002 - every command counts alike, whatever the rule
        asked = Asked.read(event)
        command = parse(asked.body) if asked else None
        if asked is None or command is None:
            return Plan()
        if event.kind != "issue_comment.created":
            return Plan(notes=(f"comment {asked.comment} was not just written ({event.kind}): it asks for nothing",))
        if self.sources.forge is None:
            variable = self.sources.policy.github.token_env
            return Plan(gaps=(_gap(asked, f"the environment variable {variable} (github.token_env) is not set"),))
        try:
            return _Answer(self.sources, self.sources.forge, event, asked).to(command)
        except DriftGuardError as error:
            return Plan(gaps=(_gap(asked, str(error)),))


def _gap(asked: Asked, error: str) -> Gap:
    return Gap(f"github/{asked.repo}", f"the command in comment {asked.comment}", error)


@dataclass
class _Answer:
    """One command, from who may to what then happens."""

    sources: Sources
    forge: Forge
    event: Event
    asked: Asked

    def to(self, command: Command) -> Plan:
        key = Key(markers.answer(self.asked.comment), self.sources.policy.github.author)
        if any(key.fits(comment) for comment in self.forge.comments(self.asked.repo, self.asked.number)):
            return Plan(notes=(f"comment {self.asked.comment} was answered before; nothing is done twice",))
        if isinstance(command, (Help, Unknown)):
            return self._reply(answers.usage(self.asked.author, getattr(command, "why", "")))
        permission = self.forge.permission(self.asked.repo, self.asked.author)
        if permission not in MAY:
            said = f"{self.asked.author} has {permission} permission, so their command was refused"
            return self._reply(answers.refused(self.asked.author, permission), said)
        return self._permitted(command)

    def _permitted(self, command: SetAside | Keep | Recheck) -> Plan:
        if not self._pull.open:
            return self._impossible("this pull request is closed")
        if isinstance(command, Recheck):
            plan = self._reply(answers.rechecked(self.asked.author, self._pull.head_sha))
            return self._rechecked(plan)
        if isinstance(command, Keep):
            return self._keep(command)
        return self._set_aside(command)

    def _set_aside(self, command: SetAside) -> Plan:
        unseen = self._unseen()
        if unseen:
            return self._impossible(unseen)
        policy = self.sources.policy.overrides
        survives = command.span is not None or policy.survive_push
        span = min(command.span or policy.longest, policy.longest)
        override = replace(
            self._override(command.scope, command.why, span), survives=survives, consumer=command.consumer
        )
        plan = self._rechecked(Plan())
        effect = "" if plan.then else f"It counts from the next run on; `{WORD} recheck` starts one."
        return replace(plan, actions=(self._grant(override, _capped(command.span, policy.longest), effect),))

    def _keep(self, command: Keep) -> Plan:
        most = self.sources.policy.overrides.longest_keep
        override = replace(self._override(Scope.KEEP, "keep", min(command.span, most)), survives=True)
        return Plan(actions=(self._grant(override, _capped(command.span, most), ""),))

    def _unseen(self) -> str:
        """Why the head may not be the one that the comment means; empty if it is.

        A comment doesn't say which commit its author saw. Our verdict on the head does: only one that was there
        before the comment can be what is overridden, so a push in between is never let through.
        """
        policy, sha = self.sources.policy.github, self._pull.head_sha
        ended = [
            check.completed_at
            for check in self.forge.check_runs(self.asked.repo, sha, policy.check)
            if check.app == policy.app and check.external_id == f"{markers.REPORT_ID}{self.asked.number}"
        ]
        if not any(ended):
            return f"there is no verdict on {sha[:9]} yet that could be overridden; `{WORD} recheck` makes one"
        if all(when is None or when > self.asked.at for when in ended):
            return f"{sha[:9]} was pushed or judged after your comment; look at it and comment again"
        return ""

    def _override(self, scope: Scope, why: str, span: timedelta) -> Override:
        now = self.sources.clock()
        asked, sha = self.asked, self._pull.head_sha
        return Override(scope, asked.author, why, now, now + span, asked.number, sha, asked.comment)

    def _grant(self, override: Override, capped: str, effect: str) -> Action:
        name = f"{self.sources.policy.github.check} override: {override.scope.value} {override.consumer}".strip()
        output = {
            "title": answers.title(override),
            "summary": answers.summary(override),
            "text": record.encode(override),
        }
        check = {
            "name": name,
            "head_sha": override.sha,
            "external_id": record.external_id(override.number),
            "status": "completed",
            "conclusion": "neutral",
            "completed_at": override.made_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "output": output,
        }
        body = self._said(answers.granted(override, capped, effect)) | {"check": check, "comment": override.comment}
        until = f"{override.until:%Y-%m-%d %H:%M} UTC"
        why = f"{override.by} asked in comment {override.comment}, until {until}: {override.why}"
        return Action(
            f"override:{self._place}:{override.comment}", "override", self._target, Risk.WRITE, why, body=body
        )

    def _rechecked(self, plan: Plan) -> Plan:
        """``plan`` and the pull request's rules once more, on its head; a gap where the head isn't in this clone."""
        kind = self._judging()
        if kind is None:
            return replace(plan, notes=(*plan.notes, "no rule judges pull requests"))
        try:
            self.sources.tree.resolve(self._pull.head_sha)
            self.sources.tree.resolve(self._pull.base_sha)
        except NotFound:
            need = f"the workflow must fetch refs/pull/{self.asked.number}/head and the base branch"
            gap = _gap(
                self.asked, f"{self._pull.head_sha[:9]} or its base is not in this clone, nothing is judged: {need}"
            )
            return replace(plan, gaps=(*plan.gaps, gap))
        return replace(plan, then=_as_event(self._pull, kind, self.event))

    def _judging(self) -> str | None:
        """The event that a new push would be, in the form that the policy's rules listen to."""
        rules = [rule for rule in self.sources.policy.rules if rule.run in JUDGES]
        return next((kind for kind in PUSHES if any(rule.matches(kind) for rule in rules)), None)

    def _impossible(self, why: str) -> Plan:
        return self._reply(answers.impossible(self.asked.author, why), f"the command can't be carried out: {why}")

    def _reply(self, text: str, *notes: str) -> Plan:
        first = markers.answered(self.asked.comment)
        body = self._said(f"{first}\n{text}") | {"marker": markers.answer(self.asked.comment)}
        name = f"pr_comment:{self._place}:answer:{self.asked.comment}"
        why = f"answers the command in comment {self.asked.comment}"
        return Plan(actions=(Action(name, "pr_comment", self._target, Risk.NOTIFY, why, body=body),), notes=notes)

    def _said(self, text: str) -> dict[str, Any]:
        author = self.sources.policy.github.author
        return {"repo": self.asked.repo, "number": self.asked.number, "author": author, "text": text}

    @property
    def _place(self) -> str:
        return f"{self.asked.repo}#{self.asked.number}"

    @property
    def _target(self) -> Target:
        return Target("github", f"github/{self.asked.repo}", "pull_request", self._place, self._place)

    @cached_property
    def _pull(self) -> PullRequest:
        return self.forge.pull(self.asked.repo, self.asked.number)


def _capped(span: timedelta | None, longest: timedelta) -> str:
    return f"The policy grants no more than {format_duration(longest)}." if span is not None and span > longest else ""


def _as_event(pull: PullRequest, kind: str, asked: Event) -> Event:
    """The pull request's head as if it had just been pushed.

    No ``head.repo``: a comment's token may write, whatever fork the pull request comes from.
    """
    payload = {
        "action": kind.partition(".")[2],
        "number": pull.number,
        "pull_request": {
            "number": pull.number,
            "head": {"sha": pull.head_sha, "ref": pull.head_ref},
            "base": {"sha": pull.base_sha, "ref": pull.base_ref},
        },
        "repository": {"full_name": pull.repo},
        AGAIN: True,
    }
    identity = f"{asked.id}.recheck"
    return Event(identity, kind, pull.repo, pull.head_ref, pull.head_sha, asked.actor, asked.occurred_at, payload)


PLANNER = CommandPlanner
