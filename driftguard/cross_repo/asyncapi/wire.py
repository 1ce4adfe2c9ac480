"""What isn't a message: servers, channels, who may do what, and bindings of protocols."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from driftguard.cross_repo.asyncapi.model import Api, Channel
from driftguard.cross_repo.documents.library import Node
from driftguard.cross_repo.schemas.views import canonical
from driftguard.model import Change, Level

_ADDRESS = ("url", "host", "pathname", "protocol", "protocolVersion")


def at(node: Node, rule: str, level: Level, where: str, message: str) -> Change:
    return Change(rule, level, where, message, node.document.path, node.line)


def servers(old: Api, new: Api) -> Iterator[Change]:
    before, after = old.servers(), new.servers()
    for name, was in before.items():
        where = f"server {name}"
        if name not in after:
            yield at(
                new.root.child("servers"), "server-removed", Level.BREAKING, where, f"the server {name} was removed"
            )
            continue
        now = after[name]
        if _place(was) != _place(now):
            said = f"the server {name} moved from {_place(was)} to {_place(now)}"
            yield at(now, "server-changed", Level.BREAKING, where, said)
        yield from _variables(old.members(was, "variables"), new.members(now, "variables"), where)
        yield from security(old.get(was, "security"), new.get(now, "security"), (old, new), where)
        yield from bindings(old.get(was, "bindings"), new.get(now, "bindings"), where)
    for name, now in after.items():
        if name not in before:
            yield at(now, "server-added", Level.INFO, f"server {name}", f"the server {name} was added")


def _place(server: Node) -> str:
    """An URL as version 2 writes it, from either version's parts."""
    said = {key: str(server.value.get(key) or "") for key in _ADDRESS} if isinstance(server.value, dict) else {}
    url = said.get("url") or f"{said.get('host', '')}{said.get('pathname', '')}"
    protocol, version = said.get("protocol", ""), said.get("protocolVersion", "")
    return " ".join(filter(None, (url.removeprefix(f"{protocol}://"), protocol, version)))


def _variables(old: Mapping[str, Node], new: Mapping[str, Node], where: str) -> Iterator[Change]:
    for name, now in new.items():
        if name in old:
            yield from _choices(old[name], now, f"{where}, variable {name}")


def _choices(old: Node, new: Node, where: str) -> Iterator[Change]:
    """``enum`` and ``default`` of a server's variable or a channel's parameter."""
    was, now = (node.value if isinstance(node.value, dict) else {} for node in (old, new))
    before, after = (_listed(value.get("enum")) for value in (was, now))
    gone = [one for one in before or () if one not in after] if after is not None else []
    if gone or (before is None and after is not None):
        said = f"no longer possible: {', '.join(gone)}" if gone else f"possible now: {', '.join(after or ())} only"
        yield at(new, "choice-removed", Level.BREAKING, where, said)
    elif before != after:
        yield at(new, "choice-added", Level.INFO, where, f"possible now: {', '.join(after) if after else 'anything'}")
    if was.get("default") != now.get("default"):
        said = f"the default changed from {was.get('default')!r} to {now.get('default')!r}"
        yield at(new, "default-changed", Level.DANGEROUS, where, said)


def _listed(enum: Any) -> list[str] | None:
    """The choices in their canonical words, in order; ``None`` for any."""
    return sorted(map(canonical, enum)) if isinstance(enum, list) else None


def security(old: Node, new: Node, apis: tuple[Api, Api], where: str) -> Iterator[Change]:
    """Each item of the list is one way in; nobody must be asked for more than before."""
    before, after = (_ways(node, api) for node, api in zip((old, new), apis, strict=True))
    if before == after:
        return
    if after and (not before or set(before) - set(after)):
        yield at(new, "security-tightened", Level.BREAKING, where, "a way to authenticate is new, or one is gone")
    else:
        yield at(new, "security-loosened", Level.INFO, where, "there are more ways to authenticate, or none is needed")


def _ways(node: Node, api: Api) -> tuple[str, ...]:
    return tuple(sorted(canonical(api.deref(item).value) for item in node.items()))


def bindings(old: Node, new: Node, where: str) -> Iterator[Change]:
    """Protocol by protocol, value by value. What each means is the protocol's business, so none is called safe."""
    before, after = dict(_flat(old.value, "")), dict(_flat(new.value, ""))
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key) and not key.endswith("bindingVersion"):
            said = f"the binding {key} changed from {before.get(key, 'nothing')} to {after.get(key, 'nothing')}"
            yield at(new, "binding-changed", Level.DANGEROUS, where, said)


def _flat(value: Any, where: str) -> Iterator[tuple[str, str]]:
    stack = [(value, where)]
    while stack:
        inner, path = stack.pop()
        if isinstance(inner, dict):
            stack.extend((below, f"{path}.{name}" if path else name) for name, below in inner.items())
        elif inner is not None:
            yield path, canonical(inner)


def channels(old: Api, new: Api) -> Iterator[Change]:
    after = new.channels()
    by_id, by_key = {one.id: one for one in after}, {one.key: one for one in after}
    answered: set[str] = set()
    for was in old.channels():
        now = by_key.get(was.key) or (by_id.get(was.id) if new.major == old.major else None)
        where = f"channel {was.address}"
        if now is None:
            said = f"the channel {was.address} was removed"
            yield at(new.root.child("channels"), "channel-removed", Level.BREAKING, where, said)
            continue
        answered.add(now.id)
        if now.key != was.key:
            said = f"the channel {was.id} moved from {was.address} to {now.address}"
            yield at(now.node, "channel-address-changed", Level.BREAKING, where, said)
        yield from _parameters(old, new, was, now)
        yield from bindings(old.get(was.node, "bindings"), new.get(now.node, "bindings"), where)
    for now in after:
        if now.id not in answered:
            said = f"the channel {now.address} was added"
            yield at(now.node, "channel-added", Level.INFO, f"channel {now.address}", said)


def _parameters(old: Api, new: Api, was: Channel, now: Channel) -> Iterator[Change]:
    before, after = old.members(was.node, "parameters"), new.members(now.node, "parameters")
    for name, node in after.items():
        where = f"channel {now.address}, parameter {name}"
        if name in before:
            yield from _choices(_choosing(before[name]), _choosing(node), where)
        else:
            level = Level.DANGEROUS if f"{{{name}}}" in now.address and was.key == now.key else Level.BREAKING
            yield at(node, "parameter-added", level, where, f"the parameter {name} was added")
    for name in before:
        if name not in after:
            where = f"channel {now.address}, parameter {name}"
            level = Level.DANGEROUS if was.key == now.key else Level.BREAKING
            yield at(now.node, "parameter-removed", level, where, f"the parameter {name} was removed")


def _choosing(parameter: Node) -> Node:
    """Version 2 writes a schema where version 3 writes what is possible."""
    nested = parameter.child("schema") if isinstance(parameter.value, dict) else parameter
    return nested if isinstance(nested.value, dict) else parameter
