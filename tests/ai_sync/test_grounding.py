"""Grounding: a claim is kept only if its quote really stands in the file and its line is in the change."""

import re
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from driftguard.ai_sync.claims import Claim
from driftguard.ai_sync.grounding import SHORTEST_QUOTE, Evidence, ground, line_of, normalised

TEXT = st.text(alphabet="ab .|`\n\t\u00a0é", min_size=12, max_size=60)
PATHS = st.sampled_from(["README.md", "docs/a.md", "app.py", "nowhere"])
NUMBERS = st.frozensets(st.integers(-1, 12), min_size=1, max_size=4)
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


@st.composite
def cases(draw: st.DrawFn) -> tuple[Evidence, Claim]:
    """Evidence, and a claim that is true of it unless one of its fields was replaced by another."""
    docs = draw(st.dictionaries(PATHS, TEXT, min_size=1, max_size=2))
    added, removed = (draw(st.dictionaries(PATHS, NUMBERS, min_size=1, max_size=2)) for _ in "+-")
    doc_path = draw(st.sampled_from(sorted(docs)))
    start = draw(st.integers(0, 5))
    side, changed = draw(st.sampled_from([("added", added), ("removed", removed)]))
    code_path = draw(st.sampled_from(sorted(changed)))
    line = draw(st.sampled_from(sorted(changed[code_path])))
    fields: dict[str, Any] = {
        "doc_path": doc_path,
        "quote": docs[doc_path][start:],
        "code_path": code_path,
        "code_line": line,
        "side": side,
    }
    others: dict[str, st.SearchStrategy[Any]] = {
        "doc_path": PATHS,
        "quote": TEXT,
        "code_path": PATHS,
        "code_line": st.integers(-2, 14),
        "side": SIDES,
    }
    replaced = draw(st.sampled_from(["", *fields]))
    if replaced:
        fields[replaced] = draw(others[replaced])
    return Evidence(docs, added, removed), claim(**fields)


def really_stands(quote: str, text: str) -> bool:
    """The same question asked another way: the words of the quote with any whitespace between them."""
    words = [re.escape(word) for word in quote.split()]
    return re.search(r"\s+".join(words), text) is not None


def really_true(claim: Claim, evidence: Evidence) -> bool:
    changed = evidence.added if claim.code_side == "added" else evidence.removed
    long_enough = len(normalised(claim.quote)) >= SHORTEST_QUOTE
    stands = claim.doc_path in evidence.docs and really_stands(claim.quote, evidence.docs[claim.doc_path])
    return long_enough and stands and claim.code_line in changed.get(claim.code_path, ())


@settings(max_examples=300)
@given(cases())
def test_a_claim_is_kept_exactly_if_its_quote_stands_there_and_its_line_is_in_the_change(
    case: tuple[Evidence, Claim],
) -> None:
    evidence, drawn = case
    true = [drawn] if really_true(drawn, evidence) else []
    event("stands" if true else "doesn't")
    grounded = ground([drawn], evidence)
    assert [standing.claim for standing in grounded.standing] == true
    assert grounded.dropped == 1 - len(true)


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
