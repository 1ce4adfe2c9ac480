"""What must be gone before what, in which places."""

from dataclasses import replace

from driftguard.janitor.order import after_wholes, ordered
from driftguard.janitor.resources.aws.catalogue import AwsTypes
from driftguard.model import Action, Risk, Target

ORDER = {"vpc": ("subnet",), "role": ("instance",)}


def deletion(kind: str, place: str, number: int = 0) -> Action:
    found = Target("aws", f"aws/1/{place}", kind, f"{kind}-{place}-{number}", "x")
    return Action(f"{kind}-{place}-{number}", "delete_resource", found, Risk.DESTROY, "expired")


def after(*actions: Action) -> dict[str, tuple[str, ...]]:
    return {action.id: action.after for action in ordered(actions, ORDER)}


def test_a_type_waits_for_those_before_it_in_its_own_region() -> None:
    found = after(
        deletion("vpc", "eu"), deletion("subnet", "eu", 1), deletion("subnet", "eu", 2), deletion("subnet", "us")
    )
    assert found["vpc-eu-0"] == ("subnet-eu-1", "subnet-eu-2")
    assert found["subnet-eu-1"] == ()


def test_what_has_no_region_waits_for_every_region_of_its_account() -> None:
    found = after(deletion("role", "global"), deletion("instance", "eu"), deletion("instance", "us"))
    assert set(found["role-global-0"]) == {"instance-eu-0", "instance-us-0"}


def test_the_kinds_of_aws_can_all_be_put_in_an_order() -> None:
    """Each name in ``after`` is a kind, and none waits for itself by way of others."""
    order = {kind: resource.after for kind, resource in AwsTypes().by_kind.items()}
    assert {name for names in order.values() for name in names} <= set(order)
    waiting = dict(order)
    while waiting:
        ready = [kind for kind, names in waiting.items() if not set(names) & set(waiting)]
        assert ready, f"a circle among {sorted(waiting)}"
        for kind in ready:
            del waiting[kind]


def test_what_is_taken_along_waits_for_what_takes_it_and_a_part_goes_before_its_whole() -> None:
    member, part = deletion("site", "eu"), deletion("site:slot", "eu")
    group = replace(deletion("group", "global"), takes=(member.target, part.target))
    site = replace(member, takes=(part.target,))
    found = {action.id: set(action.after) for action in after_wholes([part, site, group])}
    assert found == {
        "group-global-0": set(),
        "site:slot-eu-0": {"group-global-0"},
        "site-eu-0": {"group-global-0", "site:slot-eu-0"},
    }


def test_what_isnt_proposed_by_itself_changes_no_order() -> None:
    group = replace(deletion("group", "global"), takes=(deletion("site", "eu").target,))
    assert list(after_wholes([group])) == [group]
