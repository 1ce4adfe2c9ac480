"""What ``ports.Cloud`` and ``ports.CloudWriter`` promise, kept by every cloud: the same tests over each world."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from stage.worlds import World

from driftguard.errors import DriftGuardError, NotFound, ReadOnlyViolation, StillInUse, Withheld
from driftguard.model import Gap, Target, fingerprint
from driftguard.registry import discover

WORLDS = discover("stage.worlds", "WORLD")


@pytest.fixture(params=sorted(WORLDS))
def world(request: pytest.FixtureRequest) -> Iterator[World]:
    with WORLDS[request.param].open(request) as opened:
        yield opened


def seen(world: World) -> list[Target]:
    return [item for item in world.cloud.discover() if isinstance(item, Target)]


def found(world: World, name: str) -> Target:
    [target] = [target for target in seen(world) if target.name == name]
    return target


def read(world: World, target: Target) -> Target | None:
    return world.cloud.read(target)


def has(tags: Any, wanted: Mapping[str, str]) -> bool:
    return tags is not None and {key.lower(): value for key, value in tags.items()}.items() >= wanted.items()


class TestDiscover:
    def test_it_knows_whose_account_it_is(self, world: World) -> None:
        identity = world.cloud.identity()
        assert identity.startswith(f"{world.cloud.provider}/")
        assert world.cloud.provider == world.writer.provider == world.provider

    def test_an_empty_cloud_has_nothing_of_ours_and_no_gap(self, world: World) -> None:
        assert [item for item in world.cloud.discover() if isinstance(item, Gap) or item.name.startswith("dg-")] == []

    def test_each_thing_of_ours_is_there_once_with_its_place_name_and_tags(self, world: World) -> None:
        for name in ("dg-a", "dg-b", "dg-c"):
            world.put(name, world.ours)
        ours = [target for target in seen(world) if target.name.startswith("dg-")]
        assert sorted(target.name for target in ours) == ["dg-a", "dg-b", "dg-c"]
        assert len({target.id for target in ours}) == 3
        for target in ours:
            assert target.provider == world.provider
            assert target.scope.startswith(f"{world.provider}/")
            assert has(target.tags, world.ours)
            assert target.fingerprint == fingerprint(target.tags)

    def test_its_types_are_in_the_order(self, world: World) -> None:
        world.put("dg-a", world.ours)
        assert found(world, "dg-a").type in world.cloud.order

    def test_a_listing_that_is_refused_is_a_gap_that_covers_what_it_hides(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        world.blind()
        items = list(world.cloud.discover())
        assert any(isinstance(item, Gap) and item.covers(target.path) and item.error for item in items)

    def test_what_may_not_be_read_never_looks_as_if_it_had_no_tags(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        world.mute("dg-a")
        for again in seen(world):
            assert again.name != "dg-a" or again.tags is None or has(again.tags, world.ours)
        try:
            now = read(world, target)
        except DriftGuardError:
            return
        assert now is not None, "unknown is not absent"
        assert now.tags is None


class TestRead:
    def test_it_is_as_it_is_now(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        now = read(world, target)
        assert now is not None
        assert (now.id, now.type, now.scope, now.name) == (target.id, target.type, target.scope, target.name)
        assert now.fingerprint == target.fingerprint
        assert has(now.tags, world.ours)
        assert now.protection == ""

    def test_other_tags_are_another_fingerprint(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        world.retag("dg-a", {**world.ours, "team": "other"})
        now = read(world, target)
        assert now is not None
        assert has(now.tags, {**world.ours, "team": "other"})
        assert now.fingerprint == fingerprint(now.tags) != target.fingerprint

    def test_what_is_gone_is_none(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        world.remove("dg-a")
        assert read(world, target) is None

    def test_what_the_cloud_protects_says_so(self, world: World) -> None:
        world.put_protected("dg-kept", world.ours)
        now = read(world, found(world, "dg-kept"))
        assert now is not None
        assert now.protection


class TestDelete:
    def test_what_was_deleted_is_gone_and_nothing_else(self, world: World) -> None:
        world.put("dg-a", world.ours)
        world.put("dg-b", world.ours)
        target = found(world, "dg-a")
        world.writer.delete(target)
        assert read(world, target) is None
        assert "dg-a" not in world.names()
        assert "dg-b" in world.names()

    def test_the_second_time_it_isnt_found(self, world: World) -> None:
        world.put("dg-a", world.ours)
        target = found(world, "dg-a")
        world.writer.delete(target)
        with pytest.raises(NotFound):
            world.writer.delete(target)

    def test_what_something_else_needs_is_still_in_use(self, world: World) -> None:
        world.put_in_use("dg-held", world.ours)
        target = found(world, "dg-held")
        with pytest.raises(StillInUse):
            world.writer.delete(target)
        assert "dg-held" in world.names()

    def test_what_the_cloud_protects_is_withheld(self, world: World) -> None:
        world.put_protected("dg-kept", world.ours)
        target = found(world, "dg-kept")
        with pytest.raises(Withheld):
            world.writer.delete(target)
        assert "dg-kept" in world.names()


def test_a_read_session_refuses_a_write_before_the_wire(world: World) -> None:
    world.put("dg-a", world.ours)
    seen(world)
    with pytest.raises(ReadOnlyViolation):
        world.write_through_reader()
    assert world.written() == 0
    assert "dg-a" in world.names()
