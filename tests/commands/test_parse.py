"""What a comment asks for: exactly one thing, on its first line, or nothing."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.commands.parse import LONGEST_REASON, Command, Help, Keep, Recheck, SetAside, Unknown, parse
from driftguard.forge import Scope

HOURS = timedelta(hours=1)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/driftguard override docs it is in the wiki", SetAside(Scope.DOCS, "it is in the wiki")),
        ("/driftguard override DOCS  two   spaces", SetAside(Scope.DOCS, "two spaces")),
        ("/driftguard override contracts agreed\nand more\n", SetAside(Scope.CONTRACTS, "agreed")),
        ("/driftguard override docs wiki\r\nmore", SetAside(Scope.DOCS, "wiki")),
        ("/driftguard override docs for 48h wiki", SetAside(Scope.DOCS, "wiki", 48 * HOURS)),
        ("/driftguard override docs for now it is fine", SetAside(Scope.DOCS, "for now it is fine")),
        ("/driftguard override cross-repo acme/web they know", SetAside(Scope.CONSUMER, "they know", None, "acme/web")),
        (
            "/driftguard override cross-repo acme/web for 2d they know",
            SetAside(Scope.CONSUMER, "they know", 48 * HOURS, "acme/web"),
        ),
        ("/driftguard recheck", Recheck()),
        ("/driftguard recheck\n\nplease", Recheck()),
        ("/driftguard keep 48h", Keep(48 * HOURS)),
        ("/driftguard help", Help()),
        ("/driftguard", Help()),
        ("/driftguard\nhelp", Help()),
    ],
)
def test_a_command(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "",
        "looks good to me",
        " /driftguard recheck",
        "\n/driftguard recheck",
        "> /driftguard recheck",
        "`/driftguard recheck`",
        "```\n/driftguard recheck\n```",
        "please /driftguard recheck",
        "/driftguardian recheck",
        "/driftguard-recheck",
        "/DriftGuard recheck",
        "<!-- /driftguard recheck -->",
    ],
)
def test_what_is_said_and_not_commanded(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("/driftguard frobnicate", "not a command"),
        ("/driftguard recheck now", "not a command"),
        ("/driftguard override", "say what"),
        ("/driftguard override janitor because", "say what"),
        ("/driftguard override keep because", "say what"),
        ("/driftguard override docs", "reason"),
        ("/driftguard override docs !!!", "reason"),
        ("/driftguard override docs for 48h", "reason"),
        ("/driftguard override docs for 48 hours wiki", "not a duration"),
        ("/driftguard override docs for 0h wiki", "not a duration"),
        ("/driftguard override cross-repo", "needs the consumer"),
        ("/driftguard override cross-repo web they know", "needs the consumer"),
        ("/driftguard override cross-repo ../.. they know", "needs the consumer"),
        ("/driftguard override cross-repo a/b/c they know", "needs the consumer"),
        ("/driftguard keep", "needs a duration"),
        ("/driftguard keep forever", "not a duration"),
        ("/driftguard keep 48h please", "nothing else"),
    ],
)
def test_what_can_t_be_understood_says_what_is_wrong(text: str, says: str) -> None:
    command = parse(text)
    assert isinstance(command, Unknown)
    assert says in command.why


@given(st.text())
def test_no_text_breaks_it_and_only_the_first_line_counts(text: str) -> None:
    assert parse(text) == parse(text.partition("\n")[0])
    assert parse(f"x{text}") is None


@given(st.text(alphabet=st.characters(exclude_characters="\n\r", exclude_categories=["Cs"])))
def test_whatever_the_reason_an_override_keeps_its_scope_and_a_bounded_reason(reason: str) -> None:
    command = parse(f"/driftguard override docs because {reason}")
    assert isinstance(command, SetAside)
    assert (command.scope, command.consumer, command.span) == (Scope.DOCS, "", None)
    assert command.why.startswith("because")
    assert len(command.why) <= LONGEST_REASON
