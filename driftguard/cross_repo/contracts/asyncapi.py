"""AsyncAPI 2 and 3: what an application receives it may not refuse, what it sends it may not widen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import ClassVar

from driftguard.cross_repo import sides
from driftguard.cross_repo.asyncapi.model import RECEIVE, SEND, Api, Operation
from driftguard.cross_repo.asyncapi.wire import at, bindings, channels, security, servers
from driftguard.cross_repo.contracts import avro
from driftguard.cross_repo.contracts.changes import Change, Level, Version
from driftguard.cross_repo.documents.library import Library, Node
from driftguard.cross_repo.schemas.compare import Comparison
from driftguard.cross_repo.schemas.views import canonical
from driftguard.policy import ContractRole

_ROLES = {SEND: ContractRole.PRODUCER, RECEIVE: ContractRole.CONSUMER, "": ContractRole.BOTH}
_WORST = list(Level)
_SAYS = re.compile(rb"""(?:^|[{,])[ \t\r\n\xef\xbb\xbf]*["']?asyncapi["']?[ \t]*:""", re.MULTILINE)


class AsyncapiDiffer:
    """``Differ``. The direction of a message decides who is hurt, so a role isn't asked for."""

    kind: ClassVar[str] = "asyncapi"

    def claims(self, path: str, head: bytes) -> bool:
        named = path.lower().endswith((".json", ".yaml", ".yml"))
        return named and _SAYS.search(head) is not None

    def diff(self, old: Version, new: Version) -> tuple[Change, ...]:
        where = next(iter(new.paths), "")
        return sides.within_reach(where, lambda: tuple(_worst(_changes(old, new))))


def _changes(old: Version, new: Version) -> Iterator[Change]:
    yield from sides.come_and_gone(old, new)
    before, after = Library(old), Library(new)
    for path in new.paths:
        Api.of(after.root(path), after)
    for was, now in sides.kept(old, new):
        yield from _Comparison(Api.of(before.root(was), before), Api.of(after.root(now), after)).changes()


def _worst(changes: Iterable[Change]) -> Iterator[Change]:
    """A schema that is both sent and received is told of once, as the worse of both."""
    found: dict[Change, Level] = {}
    for change in changes:
        key = replace(change, level=Level.INFO)
        found[key] = min(found.get(key, change.level), change.level, key=_WORST.index)
    yield from (replace(key, level=level) for key, level in found.items())


@dataclass(frozen=True)
class _Comparison:
    old: Api
    new: Api
    _schemas: dict[str, Comparison] = field(default_factory=dict)

    def changes(self) -> Iterator[Change]:
        yield from servers(self.old, self.new)
        yield from channels(self.old, self.new)
        yield from self._operations()
        yield from self._silent()
        yield from self._remote()

    def _operations(self) -> Iterator[Change]:
        before = {one.key: one for one in self.old.operations()}
        after = {one.key: one for one in self.new.operations()}
        addresses = {channel.key for channel in self.new.channels()}
        for key, was in before.items():
            if key not in after and key[0] not in addresses:
                continue  # the channel's removal says it
            if key not in after:
                said = f"the application no longer does: {was.said}"
                yield at(self.new.root.child("channels"), "operation-removed", Level.BREAKING, was.said, said)
                continue
            now = after[key]
            if was.secured is not None and now.secured is not None:
                yield from security(was.secured, now.secured, (self.old, self.new), now.said)
            yield from bindings(self.old.get(was.node, "bindings"), self.new.get(now.node, "bindings"), now.said)
            yield from self._messages(was, now)
        for key, now in after.items():
            if key not in before:
                yield at(now.node, "operation-added", Level.INFO, now.said, f"the application does now: {now.said}")

    def _silent(self) -> Iterator[Change]:
        before = {channel.key: channel for channel in self.old.silent()}
        for channel in self.new.silent():
            if channel.key in before:
                was, now = (
                    Operation(one.address, "", one.node, one.messages) for one in (before[channel.key], channel)
                )
                yield from self._messages(was, now)

    def _messages(self, old: Operation, new: Operation) -> Iterator[Change]:
        before, after = dict(old.messages), dict(new.messages)
        if len(before) == len(after) == 1:  # renamed, at most: a name isn't on the wire
            before = dict(zip(after, before.values(), strict=True))
        for name, was in before.items():
            if name in after:
                yield from self._message(was, after[name], new.action, f"{new.said}, message {name}".strip())
            else:
                said = f"the message {name} is no longer {_done(new.action)}"
                yield at(new.node, "message-removed", Level.BREAKING, f"{new.said}, message {name}", said)
        for name, now in after.items():
            if name not in before:
                level = Level.INFO if new.action == RECEIVE else Level.DANGEROUS
                said = f"the message {name} is {_done(new.action)} now"
                yield at(now, "message-added", level, f"{new.said}, message {name}", said)

    def _message(self, old: Node, new: Node, action: str, where: str) -> Iterator[Change]:
        was, now = self.old.content_type(old), self.new.content_type(new)
        if was != now:
            said = f"the content type changed from {was or 'none'} to {now or 'none'}"
            yield at(new, "content-type-changed", Level.BREAKING if was and now else Level.DANGEROUS, where, said)
        was, now = (
            api.get(api.of_message(node, "correlationId"), "location").value
            for api, node in ((self.old, old), (self.new, new))
        )
        if was != now:
            said = f"the correlation id moved from {was or 'nowhere'} to {now or 'nowhere'}"
            yield at(new, "correlation-id-changed", Level.DANGEROUS if was is None else Level.BREAKING, where, said)
        bound = self.old.of_message(old, "bindings"), self.new.of_message(new, "bindings")
        yield from bindings(*bound, where)
        yield from self._schema(self.old.of_message(old, "headers"), self.new.of_message(new, "headers"), action)
        yield from self._payload(old, new, action, where)

    def _payload(self, old: Node, new: Node, action: str, where: str) -> Iterator[Change]:
        (was, before), (now, after) = self.old.payload(old), self.new.payload(new)
        if was != now:
            said = f"the payload's schema is written in {now or 'JSON Schema'} now, in {was or 'JSON Schema'} before"
            yield at(new, "schema-format-changed", Level.DANGEROUS, where, said)
        elif not now:
            yield from self._schema(before, after, action)
        elif "avro" in now and before.value is not None and after.value is not None:
            yield from avro.schema_changes(avro.inline(before), avro.inline(after), _ROLES[action])
        elif canonical(before.value) != canonical(after.value):
            said = f"the payload ({now}) changed, and can't be compared here"
            yield at(new, "payload-changed", Level.DANGEROUS, where, said)

    def _schema(self, old: Node, new: Node, action: str) -> Iterator[Change]:
        """No schema takes anything."""
        comparison = self._schemas.setdefault(action, Comparison(self.old.library, self.new.library))
        pair = [node if node.value is not None else Node(node.document, node.pointer, True) for node in (old, new)]
        yield from (delta.change(_ROLES[action]) for delta in comparison.deltas(pair[0], pair[1]))

    def _remote(self) -> Iterator[Change]:
        known = {node.value["$ref"] for node in self.old.remote}
        for node in self.new.remote:
            reference = node.value["$ref"]
            level = Level.INFO if reference in known else Level.DANGEROUS
            rule = "remote-ref-not-followed" if reference in known else "remote-ref-changed"
            yield at(node, rule, level, node.location, f"'{reference}' is elsewhere and was not fetched")


def _done(action: str) -> str:
    return {SEND: "sent", RECEIVE: "received"}.get(action, "part of the channel")


DIFFER = AsyncapiDiffer()
