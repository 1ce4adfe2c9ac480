"""Deleting what a declaration declares."""

from __future__ import annotations

from dataclasses import dataclass

from driftguard.errors import NotFound, PermanentError, StillInUse, UnderWay
from driftguard.janitor.resources.aws.answers import Item, dig, fill
from driftguard.janitor.resources.aws.arn import ArnPattern
from driftguard.janitor.resources.aws.asking import Ask, At
from driftguard.janitor.resources.aws.declaration import NAME_TAG, REGION, Removal, flag, unprotected
from driftguard.janitor.resources.aws.reading import ReadableKind
from driftguard.janitor.resources.aws.resource import GLOBAL, AwsApi
from driftguard.model import Target


@dataclass(frozen=True, kw_only=True)
class NativeKind(ReadableKind):
    """``AwsResource``, from a declaration."""

    def delete(self, api: AwsApi, target: Target) -> str:
        """Raises ``UnderWay`` where AWS has only begun: a later pass looks again."""
        at = self._at(api, target)
        note = "" if self._is_going(at) else self._remove(at)
        if self.patience:
            self._look_after(at)
        return note

    def _look_after(self, at: At) -> None:
        item = self._item(at)
        if item is None:
            return
        if self.failed and dig(item, self.state) in self.failed:
            raise PermanentError(f"{at['arn']}: its deletion ended as {dig(item, self.state)}")
        raise UnderWay(f"{at['arn']} is still being deleted", self.patience)

    def _is_going(self, at: At) -> bool:
        """Raises ``NotFound`` if it is gone already, where the deletion itself wouldn't say so."""
        if not (self.going or self.quiet):
            return False
        item = self._item(at)
        if item is None:
            raise NotFound(f"{at['arn']} is gone")
        return bool(self.going) and dig(item, self.state) in self.going

    def _remove(self, at: At) -> str:
        with self._meaning():
            if isinstance(self.remove, Ask):
                at.call(self.remove.service, self.remove.operation, **fill(self.remove.parameters, at.fields))
                return ""
            return self._remove_in_steps(at, self.remove)

    def _remove_in_steps(self, at: At, remove: Removal) -> str:
        """What isn't found may be something inside, gone meanwhile, while the resource itself still stands."""
        try:
            return remove(at)
        except NotFound as error:
            if self._item(at) is None:
                raise
            raise StillInUse(f"something in it went while it was being deleted: {error}") from error


__all__ = ["GLOBAL", "NAME_TAG", "REGION", "ArnPattern", "Ask", "At", "Item", "NativeKind", "flag", "unprotected"]
