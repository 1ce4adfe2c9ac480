"""The words that a pattern can't match without: a quick search for them must never rule out a match."""

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from driftguard.ai_sync.necessary import Words, any_of, may_match, words_of
from driftguard.ai_sync.reader import Reader
from driftguard.ai_sync.syntax import tight
from driftguard.registry import discover

NO_ALIAS = "(?:(?!))"


def tables() -> list[str]:
    """Every pattern of every language's tables."""
    families = [reader.family for reader in DETECTORS.values() if isinstance(reader, Reader)]
    called = [call for family in families for call in family.calls]
    accesses = [access for family in families for access in family.accesses]
    written = [text for family in families for text in family.texts]
    texts = [*(call.callee for call in called), *(access.text for access in accesses), *(text.text for text in written)]
    needed = [rule.needs for rules in (called, accesses, written) for rule in rules]
    aliases = [alias for family in families for alias in family.aliases]
    return sorted({text.replace("ALIAS", NO_ALIAS) for text in (*texts, *needed, *aliases) if text})


DETECTORS = discover("driftguard.ai_sync.detectors", "DETECTOR")
KNOWN = [pattern for pattern in tables() if words_of(pattern)]


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("getenv", {"getenv"}),
        (r"(?:\w+\.)?(?:Getenv|LookupEnv)", {"Getenv", "LookupEnv"}),
        (r"colou?r", {"colo"}),
        (r"ab+c", {"ab"}),
        (r"(?:long)?x{2}", {"x"}),
        (r"={2,345}x", {"x"}),
        (r"a{0}bc", {"bc"}),
        (r"[xyz]{3}env[\]a]", {"env"}),
        (r"\bcase\"--[a-z]", {"case"}),
        (r"(?<!not)yes(?!no)(?=maybe)", {"yes"}),
        (r"one|(?!)", {"one"}),
        (r"one(?!)", set()),
        (r"one|.*", None),
        (r"(?i:one)", None),
        (r"(?P<q>a)(?P=q)", None),
        (r"\w+", None),
        ("", None),
    ],
)
def test_the_words_are_those_that_rule_out_most(pattern: str, words: set[str] | None) -> None:
    assert words_of(pattern) == (None if words is None else frozenset(words))


def test_most_tables_have_words() -> None:
    assert len(KNOWN) > 0.9 * len(tables())


def test_whatever_a_table_matches_in_the_forms_holds_one_of_its_words() -> None:
    forms = yaml.safe_load((Path(__file__).parent / "forms.yaml").read_text(encoding="utf-8"))
    text = "\n".join(code for form in forms for code in (form["code"], *map(tight, form["code"].split("\n"))))
    matched = {pattern: [found[0] for found in re.finditer(pattern, text, re.MULTILINE)] for pattern in KNOWN}
    assert all(may_match(words_of(pattern), found) for pattern, every in matched.items() for found in every)
    assert sum(map(bool, matched.values())) > 0.6 * len(KNOWN)


@pytest.mark.long
@pytest.mark.parametrize("pattern", KNOWN)
def test_whatever_a_table_can_match_holds_one_of_its_words(pattern: str) -> None:
    compiled = re.compile(pattern, re.ASCII | re.DOTALL)

    @settings(max_examples=20, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
    @given(st.from_regex(compiled))
    def holds(text: str) -> None:
        """What a pattern looks ahead for stands behind its match, so the text is longer than that."""
        found = compiled.search(text)
        assert found
        assert may_match(words_of(pattern), found[0])

    holds()


@pytest.mark.parametrize(
    ("each", "words"), [([], frozenset()), ([frozenset("a"), frozenset("b")], frozenset("ab")), ([None], None)]
)
def test_several_patterns_have_the_words_of_all_or_none(each: list[Words], words: Words) -> None:
    assert any_of(each) == words
