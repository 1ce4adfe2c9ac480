"""Both majors of AsyncAPI as what they say of the wire: servers, channels by address, messages by direction.

https://www.asyncapi.com/docs/reference/specification/v3.0.0 and v2.6.0. In version 2 ``publish`` is what others send to
the application: it receives; ``subscribe`` is what it sends. Version 3 says ``send`` and ``receive`` itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from driftguard.cross_repo.documents.library import Library, Node

SEND, RECEIVE = "send", "receive"
_ACTIONS = {"publish": RECEIVE, "subscribe": SEND}
_OTHER = {SEND: RECEIVE, RECEIVE: SEND}
_PARAMETER = re.compile(r"\{[^{}]*\}")
_OWN = "application/vnd.aai.asyncapi"


def _unnamed(address: str) -> str:
    """What a parameter is called isn't on the wire."""
    return _PARAMETER.sub("{}", address)


@dataclass(frozen=True)
class Operation:
    """Everything that an application sends to (or receives from) one address. ``messages`` are keyed by their name."""

    address: str
    action: str
    node: Node
    messages: Mapping[str, Node]
    secured: Node | None = None

    @property
    def said(self) -> str:
        return f"{self.action} {self.address}".strip()

    @property
    def key(self) -> tuple[str, str]:
        """The same for two versions of one operation."""
        return _unnamed(self.address), self.action


@dataclass(frozen=True)
class Channel:
    """``key`` is the address with its parameters unnamed; ``id`` is version 3's name for it."""

    id: str
    address: str
    node: Node
    messages: Mapping[str, Node] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return _unnamed(self.address)


@dataclass(frozen=True)
class Api:
    """One document, read."""

    root: Node
    library: Library
    major: int
    remote: list[Node] = field(default_factory=list)

    @classmethod
    def of(cls, root: Node, library: Library) -> Api:
        """Raises ``Unreadable`` for what isn't AsyncAPI 2 or 3."""
        said = root.value.get("asyncapi") if isinstance(root.value, dict) else None
        major = str(said).partition(".")[0]
        if major not in ("2", "3"):
            raise root.document.flaw(("asyncapi",), f"not AsyncAPI 2 or 3: 'asyncapi' is {said!r}")
        return cls(root, library, int(major))

    def deref(self, node: Node) -> Node:
        """What a node stands for. A reference that leads elsewhere on the network stays, and is noted."""
        seen: set[int] = set()
        while isinstance(node.value, dict) and isinstance(node.value.get("$ref"), str) and id(node.value) not in seen:
            seen.add(id(node.value))
            target = self.library.follow(node, node.value["$ref"])
            if target is None:
                self.remote.append(node)
                return Node(node.document, node.pointer, {})
            node = target
        return node

    def get(self, node: Node, *names: str) -> Node:
        """The member below, references followed at each step; ``None`` as its value where there is none."""
        for name in names:
            node = self.deref(node)
            node = node.child(name) if isinstance(node.value, dict) else Node(node.document, node.pointer, None)
        return self.deref(node)

    def members(self, node: Node, *names: str) -> dict[str, Node]:
        found = self.get(node, *names)
        if found.value is not None and not isinstance(found.value, dict):
            raise found.document.flaw(found.pointer, "not AsyncAPI: a mapping is expected here")
        return {name: self.deref(inner) for name, inner in found.members() if not name.startswith("x-")}

    def servers(self) -> dict[str, Node]:
        return self.members(self.root, "servers")

    def channels(self) -> list[Channel]:
        return [self._channel(name, node) for name, node in self.members(self.root, "channels").items()]

    def _channel(self, name: str, node: Node) -> Channel:
        if self.major == 2:  # noqa: PLR2004 - a version
            return Channel(name, name, node)
        address = node.value.get("address") if isinstance(node.value, dict) else None
        return Channel(name, address if isinstance(address, str) else name, node, self.members(node, "messages"))

    def operations(self) -> list[Operation]:
        """One for each address and direction, however many the document writes."""
        found: dict[tuple[str, str], Operation] = {}
        for one in self._second() if self.major == 2 else self._third():  # noqa: PLR2004 - a version
            known = found.get(one.key)
            messages = {**(known.messages if known else {}), **one.messages}
            found[one.key] = Operation(
                one.address, one.action, known.node if known else one.node, messages, one.secured
            )
        return list(found.values())

    def silent(self) -> list[Channel]:
        """Channels that no operation names: nobody says which way their messages go."""
        spoken = {one.key[0] for one in self.operations()}
        return [channel for channel in self.channels() if channel.key not in spoken and channel.messages]

    def _second(self) -> Iterator[Operation]:
        for channel in self.channels():
            for word, action in _ACTIONS.items():
                node = self.get(channel.node, word)
                if isinstance(node.value, dict):
                    yield Operation(channel.address, action, node, self._alternatives(node), node.child("security"))

    def _alternatives(self, operation: Node) -> dict[str, Node]:
        """``message`` is one, a reference to one, or ``oneOf`` several."""
        written = operation.child("message")
        if written.value is None:
            return {}
        message = self.deref(written)
        listed = message.child("oneOf").items() if isinstance(message.value, dict) else []
        return dict(self._named(node) for node in listed or [written])

    def _named(self, written: Node) -> tuple[str, Node]:
        """A message and what people call it: its own name, else where it is defined, else where it is used."""
        node = self.deref(written)
        if isinstance(node.value, dict):
            for key in ("messageId", "name"):
                if isinstance(node.value.get(key), str):
                    return node.value[key], node
        return (node.pointer[-1] if node.pointer else "message"), node

    def _third(self) -> Iterator[Operation]:
        channels = {id(channel.node.value): channel for channel in self.channels()}
        for node in self.members(self.root, "operations").values():
            action = node.value.get("action") if isinstance(node.value, dict) else None
            if action not in (SEND, RECEIVE):
                raise node.document.flaw((*node.pointer, "action"), "not AsyncAPI: 'action' is send or receive")
            channel = channels.get(id(self.get(node, "channel").value))
            if channel is None:
                raise node.document.flaw((*node.pointer, "channel"), "not AsyncAPI: the operation has no channel")
            yield Operation(channel.address, action, node, self._of(node, channel), node.child("security"))
            yield from self._reply(node, channel, action, channels)

    def _of(self, node: Node, channel: Channel) -> Mapping[str, Node]:
        """The messages that an operation names, else all of its channel's."""
        listed = node.child("messages")
        if not isinstance(listed.value, list):
            return channel.messages
        named = {id(message.value): name for name, message in channel.messages.items()}
        found = [self.deref(item) for item in listed.items()]
        return {named.get(id(one.value), self._named(one)[0]): one for one in found}

    def _reply(self, node: Node, channel: Channel, action: str, channels: Mapping[int, Channel]) -> Iterator[Operation]:
        reply = self.get(node, "reply")
        if isinstance(reply.value, dict):
            back = channels.get(id(self.get(reply, "channel").value))
            messages = self._of(reply, back) if back else self._of(reply, Channel("", "", reply))
            address = back.address if back else f"reply to {channel.address}"
            yield Operation(address, _OTHER[action], reply, messages)

    def of_message(self, message: Node, key: str) -> Node:
        """A message's own member, else one of its traits'."""
        own = self.get(message, key)
        if own.value is not None:
            return own
        traits = self.get(message, "traits")
        found = [self.get(self.deref(trait), key) for trait in traits.items()]
        return next((one for one in reversed(found) if one.value is not None), own)

    def payload(self, message: Node) -> tuple[str, Node]:
        """The schema's format (``""`` for AsyncAPI's own, a JSON Schema) and the schema."""
        said = self.of_message(message, "schemaFormat").value
        schema = self.of_message(message, "payload")
        if isinstance(schema.value, dict) and "schemaFormat" in schema.value and "schema" in schema.value:
            said, schema = schema.value["schemaFormat"], self.get(schema, "schema")
        written = said if isinstance(said, str) else ""
        plain = written.startswith((_OWN, "application/schema+"))
        return ("" if plain else written.partition(";")[0]), schema

    def content_type(self, message: Node) -> Any:
        own = self.of_message(message, "contentType").value
        return own if own is not None else self.get(self.root, "defaultContentType").value
