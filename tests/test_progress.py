"""Progress: counted by place, a table in a terminal, lines elsewhere, and a cloud that stays what it was."""

import io
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import pytest
from rich.console import Console

from driftguard import progress
from driftguard.model import Action, Gap, Outcome, Risk, Status, Target
from driftguard.ports import Look, ReadsTogether
from driftguard.progress import Counted, Counts, Lines, Watched

IRELAND, GLOBAL = "aws/1/eu-west-1", "aws/1/global"


def deletion(name: str, scope: str = IRELAND) -> Action:
    return Action(name, "delete_resource", Target("aws", scope, "sqs:queue", name, name), Risk.DESTROY, "expired")


def counted() -> Counted:
    """Five seen in two places, three of them to go, of which one is gone, one failed."""
    counts = Counted(lambda _scope, _counts: None)
    for scope in (IRELAND, IRELAND, IRELAND, IRELAND, GLOBAL):
        counts.seen(scope)
    actions = [deletion("a"), deletion("b"), deletion("c")]
    for action in actions:
        counts.begins(action)
    counts.ended(actions[0], Outcome("a", Status.APPLIED))
    counts.ended(actions[1], Outcome("b", Status.FAILED))
    return counts


def test_it_counts_by_account_and_region() -> None:
    assert counted().places == {IRELAND: Counts(4, 3, 1, 1), GLOBAL: Counts(1)}
    assert str(counted().places[IRELAND]) == "4 seen; 1 of 3 deletions done, 1 failed, 1 to go"
    assert str(counted().places[GLOBAL]) == "1 seen"


def test_what_only_tells_people_is_not_counted() -> None:
    counts = Counted(lambda _scope, _counts: None)
    said = Action("say", "slack", Target("slack", "slack/x", "message", "x", "x"), Risk.NOTIFY, "news")
    counts.begins(said)
    counts.ended(said, Outcome("say", Status.APPLIED))
    assert counts.places == {}


def test_a_table_has_a_row_a_place_and_takes_no_markup_from_it() -> None:
    out = io.StringIO()
    places = {**counted().places, "aws/1/[red]x": Counts(1000)}
    Console(file=out, width=100).print(progress.table(places))
    rows = [line.split() for line in out.getvalue().splitlines()]
    assert rows[0] == ["place", "seen", "to", "delete", "gone", "failed"]
    assert rows[1:] == [["aws/1/[red]x", "1,000", "0", "0", "0"], [IRELAND, "4", "3", "1", "1"], [GLOBAL, "1", *"000"]]
    assert progress.table({}) == ""


def test_lines_are_few_but_the_last_is_never_left_out(caplog: pytest.LogCaptureFixture) -> None:
    now = [0.0]
    lines = Lines(lambda: now[0])
    with caplog.at_level(logging.INFO, "driftguard.progress"):
        lines(IRELAND, Counts(1))
        now[0] = progress.EVERY
        lines(IRELAND, Counts(2))
        lines(IRELAND, Counts(3))
        lines(IRELAND, Counts(3, 1, 1))
    assert caplog.messages == [f"{IRELAND}: 2 seen", f"{IRELAND}: 3 seen; 1 of 1 deletions done, 0 failed, 0 to go"]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ"),
    [
        (io.StringIO(), {}),
        (Terminal(), {"CI": "true"}),
        (Terminal(), {"GITHUB_ACTIONS": "true"}),
        (Terminal(), {"TERM": "dumb"}),
    ],
)
def test_nothing_moves_where_nobody_sees_it(stream: io.StringIO, environ: Mapping[str, str]) -> None:
    with progress.shown(stream, environ) as watching:
        watching.seen(IRELAND)
    assert stream.getvalue() == ""


def test_in_a_terminal_it_is_shown_and_wiped_out_at_the_end() -> None:
    stream = Terminal()
    with progress.shown(stream, {"TERM": "xterm"}) as watching:
        watching.seen(IRELAND)
    assert IRELAND in stream.getvalue()
    assert stream.getvalue().rstrip().endswith("\x1b[2K"), "the last thing said is to clear the lines"


@dataclass
class Cloud:
    provider: ClassVar[str] = "aws"
    order: ClassVar[Mapping[str, Sequence[str]]] = {}

    def identity(self) -> str:
        return "aws/1"

    def discover(self) -> Iterator[Target | Gap]:
        yield deletion("a").target
        yield Gap(GLOBAL, "the region", "no")

    def read(self, target: Target) -> Target | None:
        return target


class ManyAtOnce(Cloud):
    def at_once(self, target: Target) -> int:
        return 3

    def read_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        return {}

    def confirm_together(self, targets: Sequence[Target]) -> Mapping[str, Look]:
        return {}


def test_a_watched_cloud_is_what_it_was_with_its_abilities() -> None:
    counts = Counted(lambda _scope, _counts: None)
    watched = Watched(Cloud(), counts)
    assert [type(found) for found in watched.discover()] == [Target, Gap]
    assert counts.places == {IRELAND: Counts(1)}
    assert watched.identity() == "aws/1"
    assert not isinstance(watched, ReadsTogether)
    assert isinstance(Watched(ManyAtOnce(), counts), ReadsTogether)
