"""Resource ids, api-versions and a type's own words: read without a cloud."""

from datetime import UTC, datetime

import pytest

from driftguard.janitor.resources.azure.catalogue import AzureTypes
from driftguard.janitor.resources.azure.ids import GROUP, ResourceId, locked, place
from driftguard.janitor.resources.azure.resource import born, moment
from driftguard.janitor.resources.azure.versions import newest

DISK = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/disks/D"


@pytest.mark.parametrize(
    ("text", "kind", "group", "name"),
    [
        ("/subscriptions/S/resourceGroups/G", GROUP, "g", "g"),
        (DISK, "microsoft.compute:disks", "g", "d"),
        (
            "/subscriptions/S/resourceGroups/G/providers/Microsoft.Sql/servers/A/databases/B",
            "microsoft.sql:servers:databases",
            "g",
            "b",
        ),
        (f"{DISK}/providers/Microsoft.Insights/x/Y", "microsoft.insights:x", "g", "y"),
        (
            "/subscriptions/S/providers/Microsoft.KeyVault/locations/L/deletedVaults/V",
            "microsoft.keyvault:locations:deletedvaults",
            "",
            "v",
        ),
    ],
)
def test_an_id_tells_type_group_and_name_in_any_case(text: str, kind: str, group: str, name: str) -> None:
    found = ResourceId.parse(text)
    assert (found.kind, found.group, found.name, found.subscription) == (kind, group, name, "s")
    assert found == ResourceId.parse(text.upper())


@pytest.mark.parametrize("text", ["", "/", "/subscriptions/s", "/subscriptions/s/providers/x", "dg-a", "/a/b/c/d/e/f"])
def test_anything_else_is_no_id(text: str) -> None:
    with pytest.raises(ValueError, match="not the id"):
        ResourceId.parse(text)


def test_within_counts_by_segments() -> None:
    disk = ResourceId.parse(DISK)
    assert disk.within(disk.text)
    assert disk.within("/subscriptions/s/resourcegroups/g")
    assert not ResourceId.parse(f"{DISK}2").within(disk.text)
    assert not disk.within(f"{disk.text}/x")


@pytest.mark.parametrize("on", ["/subscriptions/s", "/subscriptions/s/resourcegroups/g", DISK.lower()])
def test_a_lock_tells_what_it_is_on(on: str) -> None:
    assert locked(f"{on}/providers/Microsoft.Authorization/locks/keep") == on


def test_places_are_spelled_one_way() -> None:
    assert (place("West Europe"), place("westeurope"), place(None), place("")) == (
        "westeurope",
        "westeurope",
        "global",
        "global",
    )


@pytest.mark.parametrize(
    ("versions", "best"),
    [
        (["2021-01-01", "2023-05-01", "2024-01-01-preview"], "2023-05-01"),
        (["2024-01-01-preview", "2022-01-01-preview"], "2024-01-01-preview"),
        ([], ""),
    ],
)
def test_the_newest_stable_version_is_spoken(versions: list[str], best: str) -> None:
    assert newest(versions) == best


def test_times_have_up_to_seven_digits_and_always_a_zone() -> None:
    assert moment("2026-11-20T10:00:00.1234567Z") == datetime(2026, 11, 20, 10, 0, 0, 123456, UTC)
    assert moment("2026-11-20T10:00:00+02:00") == datetime(2026, 11, 20, 8, tzinfo=UTC)
    assert [moment(text) for text in ("2026-11-20T10:00:00", "soon", None, "")] == [None] * 4
    assert born({"systemData": {"createdAt": "?"}, "properties": {"timeCreated": "2026-11-20T10:00:00Z"}}) is not None
    assert born({}) is None


def test_the_types_of_azure_can_all_be_put_in_an_order() -> None:
    """Each name in ``after`` is a type that is known, and none waits for itself by way of others."""
    types = AzureTypes()
    assert len(types.by_kind) >= 30
    order = dict(types.order)
    assert {name for names in order.values() for name in names} <= set(order)
    waiting = dict(order)
    while waiting:
        ready = [kind for kind, names in waiting.items() if not set(names) & set(waiting)]
        assert ready, f"a circle among {sorted(waiting)}"
        for kind in ready:
            del waiting[kind]


def test_what_a_price_goes_by_is_told_whole_or_not_at_all() -> None:
    disk = AzureTypes().named("microsoft.compute:disks")
    assert disk.size_of({"sku": {"name": "Premium_LRS"}, "properties": {"diskSizeGB": 128}}) == "Premium_LRS 128-GiB"
    assert disk.size_of({"sku": {"name": "Premium_LRS"}}) == ""
