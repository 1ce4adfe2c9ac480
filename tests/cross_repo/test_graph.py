"""Who breaks if this is merged."""

from typing import Any

from driftguard.cross_repo.graph import Graph
from driftguard.policy import Contract


def contract(name: str, *consumers: dict[str, Any], version: str = "") -> Contract:
    found = {"name": name, "paths": ["api/**"], "version": version, "consumers": list(consumers)}
    return Contract.model_validate(found)


def consumer(repo: str, *republishes: str, versions: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"repo": repo, "republishes": list(republishes), "versions": list(versions)}


ORDERS = contract("orders", consumer("acme/web"), consumer("acme/gateway", "public-api"))
PUBLIC = contract("public-api", consumer("partner/shop"), consumer("acme/web"))


def test_direct_consumers_are_asked_and_those_behind_a_republisher_are_known() -> None:
    graph = Graph.of([ORDERS, PUBLIC])
    assert [consumer.repo for consumer in graph.asked("orders")] == ["acme/web", "acme/gateway"]
    assert [(hit.consumer.repo, hit.via) for hit in graph.hits("orders")] == [
        ("acme/web", ("orders",)),
        ("acme/gateway", ("orders",)),
        ("partner/shop", ("orders", "public-api")),
    ]


def test_a_consumer_is_asked_only_about_the_versions_it_pins() -> None:
    one = contract("orders", consumer("acme/old", versions=("v1",)), consumer("acme/any"), version="v2")
    two = contract("orders", consumer("acme/new", versions=("v2*",)), version="v2.1")
    assert [consumer.repo for consumer in Graph.of([one]).asked("orders")] == ["acme/any"]
    assert [consumer.repo for consumer in Graph.of([two]).asked("orders")] == ["acme/new"]


def test_a_ring_is_named_once_with_its_path_and_nobody_walks_it_for_ever() -> None:
    a = contract("a", consumer("acme/b", "b"))
    b = contract("b", consumer("acme/c", "c"))
    c = contract("c", consumer("acme/a", "a"), consumer("acme/d"))
    graph = Graph.of([c, a, b])
    assert graph.cycles() == (("a", "b", "c", "a"),)
    assert [hit.consumer.repo for hit in graph.hits("b")] == ["acme/c", "acme/a", "acme/d", "acme/b"]


def test_without_a_ring_there_is_none() -> None:
    assert Graph.of([ORDERS, PUBLIC]).cycles() == ()


def test_a_contract_that_republishes_itself_is_a_ring() -> None:
    assert Graph.of([contract("a", consumer("acme/b", "a"))]).cycles() == (("a", "a"),)
