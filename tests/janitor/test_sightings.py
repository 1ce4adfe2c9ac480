"""What a plan holds of what was seen: bounded, the same in any order, and counted whole."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from driftguard.janitor.lease import Lease, LeaseVerdict
from driftguard.janitor.sightings import HELD, First, Sightings
from driftguard.model import Target, fingerprint

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def target(number: int) -> Target:
    tags = {"driftguard:owner": "x"}
    return Target(
        "aws", "aws/1/eu-west-1", "sqs:queue", f"q{number}", f"q{number:06}", tags, fingerprint=fingerprint(tags)
    )


def lease(verdict: LeaseVerdict) -> Lease:
    return Lease(verdict, "because", "janitor.ttl", NOW + timedelta(days=1))


@given(st.lists(st.integers(), max_size=60), st.integers(min_value=1, max_value=8))
def test_the_first_of_all_whatever_the_order_they_came_in(numbers: list[int], most: int) -> None:
    first = First[int](most, lambda number: (f"{number + 2**70:030}",))
    for number in numbers:
        first.add(number)
    assert list(first) == sorted(numbers)[:most]
    assert first.left_out == max(0, len(numbers) - most)


def test_no_more_than_a_bound_is_held_and_all_is_counted() -> None:
    seen = Sightings.under(max_deletions=5)
    for number in range(5 * HELD):
        seen.add(target(number), lease(LeaseVerdict.UNEXPIRED))
    assert (len(list(seen)), seen.seen) == (HELD, 5 * HELD)
    [note] = seen.notes()
    assert note == "5000 resources seen (5000 unexpired); 4000 of them are not listed one by one"


def test_one_more_than_the_cap_is_always_held_and_the_rest_is_left_out() -> None:
    """So that the gate sees that the cap is exceeded, and by how much."""
    cap = 2 * HELD
    seen = Sightings.under(cap)
    for number in range(cap + 10):
        seen.add(target(number), lease(LeaseVerdict.EXPIRED))
    assert (len(list(seen.going)), seen.going.left_out) == (cap + 1, 9)


def test_what_is_looked_at_again_is_counted_once() -> None:
    seen = Sightings.under(5)
    seen.add(target(1), lease(LeaseVerdict.EXPIRED))
    [again] = seen.take_going()
    assert seen.seen == 0
    seen.add(replace(again, protection="x"), lease(LeaseVerdict.PROTECTED))
    assert (seen.seen, list(seen.going)) == (1, [])


def test_nothing_is_said_where_everything_is_listed() -> None:
    seen = Sightings.under(5)
    seen.add(target(1), lease(LeaseVerdict.UNKNOWN))
    assert list(seen.notes()) == []
