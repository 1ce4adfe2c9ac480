"""What commands show without a run: renderers, contract diffs, the graph of consumers."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

from driftguard.cross_repo import diffing, pictures
from driftguard.cross_repo.contracts.changes import Setup
from driftguard.cross_repo.graph import Graph
from driftguard.errors import UsageError
from driftguard.model import ContractDiff
from driftguard.policy import ContractRole, Policy
from driftguard.ports import DiffRenderer, Renderer
from driftguard.registry import discover
from driftguard.wiring.sources import tools


def renderers() -> dict[str, Renderer]:
    """Format name -> renderer."""
    return discover("driftguard.report", "RENDERER")


def contract_diff(old: Path, new: Path, kind: str | None, role: str | None) -> ContractDiff:
    """Two paths compared as one contract; ``diffing.compare`` says what it raises."""
    setup = Setup(tools(), ContractRole(role) if role else None)
    return diffing.compare(old, new, kind, setup)


def consumers(policy: Policy, contract: str | None, form: str) -> str:
    """Who relies on the policy's contracts, or on one of them. Raises ``UsageError`` if there is no such contract."""
    graph = Graph.of(policy.cross_repo.contracts)
    if contract is not None and contract not in graph.contracts:
        close = get_close_matches(contract, graph.contracts, n=1)
        hint = f"; did you mean '{close[0]}'?" if close else ""
        raise UsageError(f"the policy has no contract '{contract}'{hint}")
    names = tuple(graph.contracts) if contract is None else (contract,)
    return pictures.picture(graph, names, form) or "the policy has no contracts"


def diff_renderers() -> dict[str, DiffRenderer]:
    """Format name -> renderer of a bare contract diff."""
    return discover("driftguard.report.contract_diff", "RENDERER")
