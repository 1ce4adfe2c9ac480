"""Grounding: a claim is kept only if its quote really stands in the file and its line is in the change."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.ai_sync.claims import Claim
from driftguard.ai_sync.grounding import SHORTEST_QUOTE, Evidence, ground, line_of, normalised

TEXT = st.text(alphabet="ab .|`\n\t\u00a0é", max_size=80)
PATHS = st.sampled_from(["README.md", "docs/a.md", "app.py", "nowhere"])
NUMBERS = st.frozensets(st.integers(-1, 12), max_size=6)
SIDES = st.sampled_from(["added", "removed"])


def claim(
    doc_path: str = "README.md", quote: str = "", code_path: str = "app.py", code_line: int = 1, side: str = "added"
) -> Claim:
    return Claim.model_validate(
        {
            "doc_path": doc_path,
            "quote": quote,
            "problem": "false",
            "why": "because",
            "code_path": code_path,
            "code_line": code_line,
            "code_side": side,
            "confidence": 0.5,
        }
    )


CLAIMS = st.builds(claim, PATHS, TEXT, PATHS, st.integers(-2, 14), SIDES)
EVIDENCE = st.builds(
    Evidence,
    docs=st.dictionaries(PATHS, TEXT, max_size=3),
    added=st.dictionaries(PATHS, NUMBERS, max_size=3),
    removed=st.dictionaries(PATHS, NUMBERS, max_size=3),
)


def really_stands(quote: str, text: str) -> bool:
    """The same question asked another way: the words of the quote with any whitespace between them."""
    words = [re.escape(word) for word in quote.split()]
    return re.search(r"\s+".join(words), text) is not None


@given(st.lists(CLAIMS, max_size=5), EVIDENCE)
def test_what_stands_is_really_there_and_the_rest_is_counted(claims: list[Claim], evidence: Evidence) -> None:
    grounded = ground(claims, evidence)
    assert len(grounded.standing) + grounded.dropped == len(claims)
    for standing in grounded.standing:
        kept = standing.claim
        assert really_stands(kept.quote, evidence.docs[kept.doc_path])
        changed = evidence.added if kept.code_side == "added" else evidence.removed
        assert kept.code_line in changed[kept.code_path]


@given(TEXT, st.integers(0, 79), st.integers(0, 80), st.sampled_from([" ", "\n", "\t  "]))
def test_every_long_enough_piece_of_a_text_is_found_in_it_however_it_is_spaced(
    text: str, start: int, end: int, space: str
) -> None:
    quote = space.join(text[start:end].split())
    if len(normalised(quote)) >= SHORTEST_QUOTE:
        line = line_of(quote, text)
        assert 1 <= line <= text.count("\n") + 1
        remainder = "\n".join(text.split("\n")[line - 1 :])
        assert really_stands(quote, remainder)


@given(TEXT, TEXT)
def test_a_quote_with_a_letter_that_the_text_lacks_is_never_found(quote: str, text: str) -> None:
    assert line_of(f"{quote}z", text) == 0


@pytest.mark.parametrize(
    ("quote", "line"),
    [
        ("The port is 80.", 1),
        ("The port is 80", 1),
        ("is\n  wrapped over", 3),
        ("| `PORT` | where it listens |", 6),
        ("the port is 80.", 0),
        ("The port is 8.0", 0),
        ("port is", 0),
        ("", 0),
        ("   \n ", 0),
    ],
)
def test_the_line_is_where_the_quote_begins(quote: str, line: int) -> None:
    text = "The port is 80.\n\nThis is\nwrapped over lines.\n\n| `PORT` | where it listens |\n"
    assert line_of(quote, text) == line


def test_a_line_separator_that_only_unicode_knows_is_no_new_line() -> None:
    assert line_of("the second line", "one\u2028two\x85three\nthe second line\n") == 2
