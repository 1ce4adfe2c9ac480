"""The index never leaves out what a line names, and gives each thing once."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from driftguard.ai_sync.word_index import WordIndex

WORDS = st.text(alphabet="ab_-./ é", min_size=1, max_size=6)


@settings(max_examples=50)
@given(st.lists(WORDS, max_size=6, unique=True), st.lists(WORDS, max_size=6).map(" ".join))
def test_a_name_that_stands_whole_in_a_line_is_near_it(names: list[str], line: str) -> None:
    index = WordIndex((name, [name]) for name in names)
    whole = [name for name in names if re.search(rf"(?<![A-Za-z0-9_]){re.escape(name)}(?![A-Za-z0-9_])", line)]
    assert set(whole) <= set(index.near(line))


def test_what_has_several_names_is_given_once_and_what_has_no_word_always() -> None:
    index = WordIndex([("flag", ["dry-run", "dry_run", "dry"]), ("sign", ["-?"]), ("other", ["wet"])])
    assert index.near("dry-run or dry_run") == ["flag", "sign"]
    assert index.near("") == ["sign"]
