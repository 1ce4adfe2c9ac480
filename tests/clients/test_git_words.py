"""Many words as few patterns: they match where ``git grep -w -F`` would, and nowhere else."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from driftguard.clients.git_words import parted, patterns

WORDS = st.text(alphabet="aab_-.é", min_size=1, max_size=5)


@settings(max_examples=50)
@given(st.lists(WORDS, min_size=1, max_size=8), st.lists(WORDS, max_size=5).map(" ".join))
def test_the_patterns_match_the_whole_words_and_no_others(words: list[str], line: str) -> None:
    whole = any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])", line) for word in words)
    assert any(re.search(pattern, line) for pattern in patterns(words)) is whole


def test_no_pattern_is_too_large_for_pcre() -> None:
    words = [f"SERVICE_{n}_{n * 7919 % 4999}_TIMEOUT" for n in range(3000)]
    parts = patterns(words)
    assert len(parts) > 1
    assert all(len(pattern) < 40_000 for pattern in parts)
    assert all(any(re.search(pattern, word) for pattern in parts) for word in words[::97])


@given(st.lists(st.text(max_size=9), max_size=9), st.integers(1, 20))
def test_parts_are_in_order_and_small(words: list[str], most: int) -> None:
    parts = list(parted(words, most))
    assert [word for part in parts for word in part] == words
    assert all(sum(map(len, part)) <= most or len(part) == 1 for part in parts)
