"""Security: what an operation asks for, and how the schemes are defined.

oasdiff takes all of this for information. That credentials which were enough are not any more is said with a rule of
our own, which is dangerous: many descriptions only catch up with what the server did all along.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from driftguard.cross_repo.openapi.context import Context
from driftguard.cross_repo.openapi.equivalence import spelled
from driftguard.cross_repo.openapi.nodes import Node
from driftguard.cross_repo.openapi.sites import Hit

Need = dict[str, tuple[str, ...]]
"""Scheme -> scopes: all of them together are one alternative."""


def needs(value: Any) -> list[Need]:
    """The alternatives; what is no requirement is left out."""
    listed = value if isinstance(value, list) else []
    return [
        {str(key): tuple(map(str, scopes)) if isinstance(scopes, list) else () for key, scopes in need.items()}
        for need in listed
        if isinstance(need, dict)
    ]


def say(need: Need) -> str:
    """``oauth (read, write) and key``, ``none``."""
    words = [f"{key} ({', '.join(scopes)})" if scopes else key for key, scopes in sorted(need.items())]
    return " and ".join(words) or "none"


def requirements(prefix: str, location: str, at: Node, old: Any, new: Any) -> Iterator[Hit]:
    """Alternatives and scopes that came or went; ``prefix`` is ``api-security`` or ``api-global-security``."""
    left, right = needs(old), needs(new)
    for need in list(left):
        twin = next((other for other in right if _plain(other) == _plain(need)), None)
        if twin is not None:
            left.remove(need)
            right.remove(twin)
    for need in list(left):
        twins = [other for other in right if other.keys() == need.keys()]
        if len(twins) == 1 == sum(other.keys() == need.keys() for other in left):
            left.remove(need)
            right.remove(twins[0])
            yield from _scopes(prefix, location, at, need, twins[0])
    for need in left:
        if need or prefix == "api-global-security":
            yield Hit(f"{prefix}-removed", location, at, {"old": say(need)})
    for need in right:
        if need or prefix == "api-global-security":
            yield Hit(f"{prefix}-added", location, at, {"new": say(need)})


def _plain(need: Need) -> dict[str, list[str]]:
    return {key: sorted(scopes) for key, scopes in need.items()}


def _scopes(prefix: str, location: str, at: Node, old: Need, new: Need) -> Iterator[Hit]:
    for scheme in old:
        for scope in new[scheme]:
            if scope not in old[scheme]:
                yield Hit(f"{prefix}-scope-added", location, at, {"what": scheme, "new": scope})
        for scope in old[scheme]:
            if scope not in new[scheme]:
                yield Hit(f"{prefix}-scope-removed", location, at, {"what": scheme, "old": scope})


def tightened(context: Context, location: str, at: Node, own: tuple[Any, Any]) -> Iterator[Hit]:
    """Whether what was enough for an operation is not any more; ``own`` are its lists, old and new."""
    before = needs(own[0] if own[0] is not None else context.old.api.security) or [{}]
    after = needs(own[1] if own[1] is not None else context.new.api.security) or [{}]
    old, new = context.old.api.schemes, context.new.api.schemes
    lost = [need for need in before if not any(_enough(need, other, old, new) for other in after)]
    if lost:
        was, now = (" or ".join(map(say, alternatives)) for alternatives in (lost, after))
        now = f"{now}, sent another way" if was == now else now
        yield Hit("api-security-tightened", location, at, {"old": was, "new": now})


def _enough(given: Need, asked: Need, old: Mapping[str, Node], new: Mapping[str, Node]) -> bool:
    """Whether who had ``given`` has all that is ``asked``; a scheme may have another name now."""
    return all(
        any(set(scopes) <= set(given[mine]) and _same_scheme(old, new, mine, scheme) for mine in given)
        for scheme, scopes in asked.items()
    )


def _same_scheme(old: Mapping[str, Node], new: Mapping[str, Node], mine: str, scheme: str) -> bool:
    """Whether what was sent for one scheme does for the other: by its definition, or its name where there is none."""
    if mine == scheme:
        return mine not in old or scheme not in new or _sent(old[mine]) == _sent(new[scheme])
    return _defined(old, mine) == _defined(new, scheme)


def _sent(node: Node) -> tuple[Any, ...]:
    """What decides how credentials travel."""
    raw = _raw(node)
    words = [raw.get(key) for key in ("type", "in", "scheme")]
    name = str(raw.get("name"))
    return (*(str(word).lower() for word in words), name.lower() if raw.get("in") == "header" else name)


def _defined(schemes: Mapping[str, Node], name: str) -> str:
    node = schemes.get(name)
    if node is None or not isinstance(node.value, dict):
        return name
    return spelled({key: value for key, value in sorted(node.value.items()) if key != "description"})


def schemes(context: Context) -> Iterator[Hit]:
    """Security schemes in the components that came, went or changed."""
    old, new = context.old.api.schemes, context.new.api.schemes
    for name in old:
        if name not in new:
            yield Hit("api-security-component-removed", f"security scheme {name}", context.new.api.root, {"old": name})
    for name, node in new.items():
        where = f"security scheme {name}"
        if name not in old:
            yield Hit("api-security-component-added", where, node, {"new": name})
        else:
            yield from _scheme(where, name, _raw(old[name]), _raw(node), node)


def _raw(node: Node) -> Mapping[str, Any]:
    return node.value if isinstance(node.value, dict) else {}


def _scheme(location: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any], at: Node) -> Iterator[Hit]:
    what = f"the security scheme '{name}'"
    if old.get("type") != new.get("type"):
        args = {"what": what, "old": old.get("type"), "new": new.get("type")}
        yield Hit("api-security-component-type-changed", location, at, args)
    before, after = old.get("flows"), new.get("flows")
    if not isinstance(before, dict) or not isinstance(after, dict):
        return
    for flow in before:
        left, right = before[flow], after.get(flow)
        if isinstance(left, dict) and isinstance(right, dict):
            yield from _flow(location, what, left, right, at)


def _flow(location: str, what: str, old: Mapping[str, Any], new: Mapping[str, Any], at: Node) -> Iterator[Hit]:
    for key, word in (("authorizationUrl", "oauth-url"), ("tokenUrl", "oauth-token-url")):
        if old.get(key) != new.get(key):
            args = {"what": what, "old": old.get(key), "new": new.get(key)}
            yield Hit(f"api-security-component-{word}-changed", location, at, args)
    left, right = old.get("scopes") or {}, new.get("scopes") or {}
    for scope in {**left, **right}:
        prefix = "api-security-component-oauth-scope"
        if scope not in right:
            yield Hit(f"{prefix}-removed", location, at, {"what": what, "old": scope})
        elif scope not in left:
            yield Hit(f"{prefix}-added", location, at, {"what": what, "new": scope})
        elif left[scope] != right[scope]:
            yield Hit(f"{prefix}-changed", location, at, {"what": what, "old": left[scope], "new": right[scope]})
