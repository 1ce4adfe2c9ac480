"""The graph of contracts as people look at it: a tree, a Mermaid picture, or JSON. Pure text."""

from __future__ import annotations

import json
from collections.abc import Iterator

from driftguard.cross_repo.graph import Graph
from driftguard.cross_repo.telling import mermaid
from driftguard.escape import visible
from driftguard.policy import Consumer, format_duration

FORMATS = ("text", "mermaid", "json")


def picture(graph: Graph, names: tuple[str, ...], form: str) -> str:
    """The contracts ``names`` with everyone whom a change of them reaches, and every ring among all contracts."""
    if form == "json":
        return json.dumps({name: _plain(graph, name) for name in names} | {"cycles": graph.cycles()}, indent=2)
    if form == "mermaid":
        return "\n\n".join(mermaid(graph, name) for name in names)
    rings = (f"cycle: {' -> '.join(ring)}" for ring in graph.cycles())
    return "\n".join([*(line for name in names for line in _tree(graph, name)), *rings])


def _tree(graph: Graph, name: str) -> Iterator[str]:
    contract = graph.contracts[name]
    about = ", ".join(filter(None, (contract.type, contract.version)))
    yield f"{name} ({about})"
    yield from _branches(graph, name, "", frozenset({name}))


def _branches(graph: Graph, name: str, indent: str, above: frozenset[str]) -> Iterator[str]:
    consumers = graph.asked(name)
    for number, consumer in enumerate(consumers, 1):
        last = number == len(consumers)
        yield f"{indent}{'└─' if last else '├─'} {_line(consumer)}"
        below = indent + ("   " if last else "│  ")
        for again in consumer.republishes:
            if again not in graph.contracts:
                yield f"{below}└─ {visible(again)} (not in this policy)"
            elif again in above:
                yield f"{below}└─ {visible(again)} (a cycle)"
            else:
                yield f"{below}└─ {visible(again)}"
                yield from _branches(graph, again, f"{below}   ", above | {again})


def _line(consumer: Consumer) -> str:
    parts = ["required" if consumer.required else "advisory", f"answers within {format_duration(consumer.timeout)}"]
    parts += [f"pins {', '.join(consumer.versions)}"] if consumer.versions else []
    parts += [f"owned by {', '.join(consumer.owners)}"] if consumer.owners else []
    return visible(f"{consumer.repo}: {', '.join(parts)}")


def _plain(graph: Graph, name: str) -> list[dict[str, object]]:
    return [
        {"repo": hit.consumer.repo, "required": hit.consumer.required, "direct": hit.direct, "via": list(hit.via)}
        for hit in graph.hits(name)
    ]
