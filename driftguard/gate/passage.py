"""One action's way through the gate, and the only call of ``Executor.apply``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace

from driftguard import lanes, passes
from driftguard.errors import DriftGuardError, NotFound, PartlyDone, StillInUse, UnderWay, Withheld
from driftguard.gate.deciding import decide_one
from driftguard.gate.ruling import Grounds, Ruled
from driftguard.model import ENVIRONMENT, Action, Outcome, Precondition, Risk, Status, Target, Verdict, fingerprint
from driftguard.plain import plain
from driftguard.ports import AuditSink, Executor, Receipt, Reread


@dataclass(frozen=True, slots=True)
class Passage:
    """One way through the gate: each attempt looks again, writes the intent, acts, and closes with its outcome.

    ``grounds`` are those of the moment at which it is asked.
    """

    executors: Mapping[str, Executor]
    reread: Reread
    trail: AuditSink
    grounds: Callable[[], Grounds]
    ruled: Mapping[str, Ruled]
    closed: set[str] = field(default_factory=set)
    carried: set[str] = field(default_factory=set)
    """What went through far enough for its parts to follow."""

    def attempt(self, action: Action, number: int, ticket: lanes.Ticket) -> Outcome | passes.Held:
        """Raises ``AuditError`` alone; whatever else goes wrong becomes an outcome."""
        try:
            ended = self._held_back(action) or self._second_look(action, number)
        except StillInUse as error:
            return _held(action, error)
        except Exception as error:  # noqa: BLE001 - not known means not touched, whatever the reason
            ended = Outcome(action.id, Status.FAILED, number, error=f"could not be looked at again: {_text(error)}")
        if ended is None and ticket.revoked:
            ended = Outcome(action.id, Status.FAILED, number, error="interrupted before it began")
        result = ended or self._write_ahead(action, number)
        if isinstance(result, Outcome):
            self.close(result)
        return result

    def close(self, outcome: Outcome) -> None:
        """Put the outcome on the trail, once; whoever comes first, the attempt or the one who gave it up."""
        if outcome.action_id in self.closed:
            return
        self.closed.add(outcome.action_id)
        why = outcome.error or outcome.note or self.ruled[outcome.action_id].decision.reason
        self.trail.record("OUTCOME", why, asdict(outcome))

    def _write_ahead(self, action: Action, number: int) -> Outcome | passes.Held:
        intent = {"action_id": action.id, "kind": action.kind, "attempt": number, "target": plain(action.target)}
        intent["asked"] = action.why
        intent |= {"takes": [taken.id for taken in action.takes]} if action.takes else {}
        self.trail.record("INTENT", self.ruled[action.id].decision.reason, intent)
        try:
            receipt = self.executors[action.kind].apply(action)
        except NotFound:
            receipt = Receipt(Status.APPLIED, "already gone")
        except StillInUse as error:
            return _held(action, error)
        except Withheld as error:
            return Outcome(action.id, Status.DENIED, number, note=str(error))
        except PartlyDone as error:
            self.carried.add(action.id)
            return Outcome(action.id, Status.FAILED, number, error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, the trail must hold how it ended
            return Outcome(action.id, Status.FAILED, number, error=_text(error))
        self.carried.add(action.id)
        return Outcome(action.id, receipt.status, number, note=receipt.note)

    def _held_back(self, action: Action) -> Outcome | None:
        """What an action is part of was withheld, failed or never ended: an environment stays whole, for one."""
        if self.carried.issuperset(action.part_of):
            return None
        destroys = action.risk is Risk.DESTROY
        note = "stays with its environment, which wasn't ended" if destroys else "not begun: what comes first failed"
        return Outcome(action.id, Status.DENIED, 0, note=note)

    def _second_look(self, action: Action, number: int) -> Outcome | None:
        """Why ``action`` must not happen after all; ``None`` if it may. Decides again on what is there *now*."""
        if action.precondition is not Precondition.STILL_EXISTS:
            return None
        fresh = self._again(action)
        if isinstance(fresh, Outcome):
            if fresh.status is Status.VERIFIED:
                self.carried.add(action.id)
                fresh = replace(fresh, note="already gone" if number == 1 else "gone")
            return replace(fresh, attempts=number)
        decision = decide_one(fresh, self.ruled[action.id].rule, (), self.grounds())
        if decision.verdict is Verdict.DENY:
            return Outcome(action.id, Status.STALE, number, note=f"changed since it was planned: {decision.reason}")
        return None

    def _again(self, action: Action) -> Action | Outcome:
        """``action`` over what is there now, or how it ends since that is gone or changed."""
        if action.target.type == ENVIRONMENT:
            return self._environment_again(action)
        found = self.reread(action.target)
        if found is None:
            return Outcome(action.id, Status.VERIFIED, note="already gone")
        if found.tags is None and action.target.tags is not None:
            return Outcome(
                action.id, Status.FAILED, error="could not be looked at again: its tags can't be read any more"
            )
        changed = _changed(action, found)
        if changed:
            return Outcome(action.id, Status.STALE, note=f"{changed} since it was planned")
        return replace(action, target=replace(found, holds=()), takes=found.holds)

    def _environment_again(self, action: Action) -> Action | Outcome:
        fresh = []
        for target in action.takes:
            found = self.reread(target)
            if found is not None and found.fingerprint != target.fingerprint:
                return Outcome(
                    action.id, Status.STALE, note=f"the tags of {target.name} in it changed since it was planned"
                )
            fresh += [found] if found is not None else []
        if action.takes and not fresh:
            return Outcome(action.id, Status.VERIFIED, note="already gone")
        return replace(action, takes=tuple(fresh))


def _changed(action: Action, found: Target) -> str:
    """How ``found`` isn't what was planned any more; empty if it is. That something in it is gone by now is no change.

    A whole's fingerprint stands for all that it holds, so there it is the tags that are compared, and each part.
    """
    if found.id != action.target.id:
        return f"{found.id} is there instead"
    if not (action.takes or found.holds):
        return "its tags changed" if found.fingerprint != action.target.fingerprint else ""
    if fingerprint(found.tags) != fingerprint(action.target.tags):
        return "its tags changed"
    planned = {taken.id: taken.fingerprint for taken in action.takes}
    for held in found.holds:
        if held.id not in planned:
            return f"{held.name} came into it"
        if planned[held.id] != held.fingerprint:
            return f"the tags of {held.name} in it changed"
    return ""


def _held(action: Action, error: StillInUse) -> passes.Held:
    return passes.Held(action.id, str(error), error.takes if isinstance(error, UnderWay) else 0.0)


def _text(error: Exception) -> str:
    return str(error) if isinstance(error, DriftGuardError) else repr(error)
