"""A policy laid over its parent's: what is joined, what the parent keeps to itself, and whose line says so."""

import re
from pathlib import Path

import pytest
from fakes.parents import FakeParents

from driftguard import policy_file
from driftguard.policy import Policy, RuleMode
from driftguard.policy.tighter import TIGHTER
from driftguard.policy_file import PolicyDefects
from driftguard.policy_file.locks import exists

SHA = "c" * 40
PARENT = "acme/platform//policy.yaml"
PLATFORM = """\
version: 1
dry_run: true
locked: [janitor.max_deletions, janitor.protected_tags, "rules[docs]", janitor.clouds]
rules:
  - name: docs
    on: [pull_request]
    run: ai_sync
  - {name: nightly, on: [schedule], run: janitor}
janitor:
  ttl: 24h
  max_deletions: 10
  protected_tags: {Environment: [Prod]}
"""
CHILD = f"version: 1\nextends: {PARENT}@{SHA}\n"


def read(child: str, **texts: str) -> Policy:
    parents = FakeParents({PARENT: PLATFORM, **{name.replace("__", "/"): text for name, text in texts.items()}})
    return policy_file.parse(child.encode(), "policy.yaml", parents)


def defects(child: str, parent: str = PLATFORM) -> list[str]:
    with pytest.raises(PolicyDefects) as caught:
        policy_file.parse(child.encode(), "policy.yaml", FakeParents({PARENT: parent}))
    return [str(defect) for defect in caught.value.defects]


def test_what_the_child_does_not_say_is_the_parent_s() -> None:
    policy = read(CHILD + "janitor: {namespace: shop-}\n")
    assert (policy.janitor.namespace, policy.janitor.max_deletions) == ("shop-", 10)
    assert [rule.name for rule in policy.rules] == ["docs", "nightly"]


def test_entries_with_a_name_are_joined_by_it_and_new_ones_come_after() -> None:
    more = "rules:\n  - {name: extra, on: [push], run: ai_sync}\n  - {name: nightly, mode: warn}\n"
    policy = read(CHILD + more)
    assert [(rule.name, rule.mode) for rule in policy.rules] == [
        ("docs", RuleMode.BLOCK),
        ("nightly", RuleMode.WARN),
        ("extra", RuleMode.BLOCK),
    ]
    assert policy.rules[1].on == ("schedule",)


def test_any_other_list_is_the_child_s_whole() -> None:
    parent = PLATFORM + "ai_sync: {docs: [README.md], ignore: [DEBUG]}\n"
    policy = policy_file.parse((CHILD + "ai_sync: {docs: [guide/**]}\n").encode(), "p", FakeParents({PARENT: parent}))
    assert (policy.ai_sync.docs, policy.ai_sync.ignore) == (("guide/**",), ("DEBUG",))


def test_each_value_names_the_file_and_line_that_it_stands_in() -> None:
    policy = read(CHILD + "janitor:\n  ttl: 12h\nrules:\n  - {name: nightly, mode: warn}\n")
    assert policy.where("janitor.ttl") == "policy.yaml:4"
    assert policy.where("janitor.max_deletions") == f"{PARENT}@{SHA}:11"
    assert policy.where("rules[0]") == f"{PARENT}@{SHA}:5"
    assert policy.where("rules[1].mode") == "policy.yaml:6"
    assert policy.where("rules[1].on") == f"{PARENT}@{SHA}:8"
    assert policy.where("github.check") == "policy.yaml:1 (default of github.check)"


def test_the_policy_s_digest_changes_with_the_parent_and_the_parent_is_named() -> None:
    same, other = (
        policy_file.parse(CHILD.encode(), "policy.yaml", FakeParents({PARENT: text}))
        for text in (PLATFORM, PLATFORM + "\n# a word more\n")
    )
    assert same.sha == read(CHILD).sha != other.sha
    assert same.parents == (f"{PARENT}@{SHA}",)


def test_a_branch_is_named_by_the_commit_that_it_stood_at() -> None:
    assert read(f"version: 1\nextends: {PARENT}@main\n").parents == (f"{PARENT}@{SHA}",)


@pytest.mark.parametrize(
    ("child", "said"),
    [
        ("janitor:\n  max_deletions: 11\n", "policy.yaml:4:18: janitor.max_deletions:"),
        ("janitor:\n  protected_tags: {Other: [x]}\n", ""),
        ("rules:\n  - name: docs\n    mode: warn\n", "policy.yaml:5:11: rules[0].mode:"),
        ("rules:\n  - name: docs\n    on: [push]\n", "policy.yaml:5:9: rules[0].on:"),
        ("janitor: {clouds: {aws: {accounts: ['123456789012']}}}\n", "policy.yaml:3:25: janitor.clouds.aws:"),
    ],
)
def test_what_is_locked_cannot_be_loosened_and_both_lines_are_named(child: str, said: str) -> None:
    if not said:
        assert read(CHILD + child).janitor.protected_tags == {"Environment": ("Prod",), "Other": ("x",)}
        return
    [defect] = defects(CHILD + child)
    assert defect.startswith(said)
    assert f"{PARENT}@{SHA}:3 locks '" in defect


@pytest.mark.parametrize(
    "child",
    ["janitor: {max_deletions: 3}\n", "janitor: {protected_tags: {Environment: [Prod, Staging]}}\n", "dry_run: true\n"],
)
def test_tighter_or_the_same_is_welcome(child: str) -> None:
    read(CHILD + child)


def test_a_default_that_the_parent_leaves_is_locked_like_a_value() -> None:
    parent = "version: 1\nlocked: [janitor, dry_run]\n"
    found = defects(CHILD + "janitor: {ttl: 48h}\ndry_run: false\n", parent)
    assert [line.split(": ")[1] for line in found] == ["janitor.ttl", "dry_run"]
    assert "locks 'janitor' at 24h; 2d is looser" in found[0] or "48h is looser" in found[0]


def test_locked_rules_take_no_further_rule() -> None:
    parent = PLATFORM.replace('"rules[docs]"', "rules")
    [defect] = defects(CHILD + "rules:\n  - {name: mine, on: [push], run: ai_sync}\n", parent)
    assert "with 'mine' is looser" in defect


def test_what_the_grandparent_locks_binds_the_child_too() -> None:
    middle = f"version: 1\nextends: {PARENT}@{SHA}\nlocked: [janitor.ttl]\n"
    child = f"version: 1\nextends: acme/middle//m.yaml@{SHA}\njanitor: {{max_deletions: 99, ttl: 7d}}\n"
    with pytest.raises(PolicyDefects) as caught:
        policy_file.parse(child.encode(), "p", FakeParents({PARENT: PLATFORM, "acme/middle//m.yaml": middle}))
    said = "\n".join(map(str, caught.value.defects))
    assert f"{PARENT}@{SHA}:3 locks 'janitor.max_deletions'" in said
    assert f"acme/middle//m.yaml@{SHA}:3 locks 'janitor.ttl'" in said


def test_a_child_takes_no_lock_away() -> None:
    [defect] = defects(CHILD + "locked: []\njanitor: {max_deletions: 11}\n")
    assert "locks 'janitor.max_deletions'" in defect


def test_a_lock_on_nothing_is_a_defect_of_the_parent() -> None:
    [defect] = defects(CHILD, PLATFORM.replace("janitor.clouds]", "janitor.clods]"))
    assert defect.startswith(f"{PARENT}@{SHA}:3:")
    assert "locks nothing" in defect


def test_a_defect_of_the_parent_stands_at_the_parent_s_line() -> None:
    assert defects(CHILD, PLATFORM.replace("24h", "soon"))[0].startswith(f"{PARENT}@{SHA}:10:8: janitor.ttl:")


def test_a_defect_of_the_child_stands_at_the_child_s_line() -> None:
    [defect] = defects(CHILD + "rules:\n  - {name: nightly, mode: wrn}\n")
    assert defect.startswith("policy.yaml:4:27: rules[1].mode:")


def test_a_name_twice_in_the_child_is_a_defect_there() -> None:
    [defect] = defects(
        CHILD + "rules:\n  - {name: nightly, mode: warn}\n  - {name: nightly, on: [push], run: janitor}\n"
    )
    assert defect.startswith("policy.yaml:5:12: rules[2].name: the name 'nightly' is taken")


@pytest.mark.parametrize(
    "text", ["acme/platform", "acme//policy.yaml@v1", "acme/p//../x@v1", "acme/p//x@a..b", "../p//x@v1", "a/b//x@"]
)
def test_what_names_no_file_is_a_defect_and_nothing_is_asked_for(text: str) -> None:
    parents = FakeParents({})
    with pytest.raises(PolicyDefects) as caught:
        policy_file.parse(f"version: 1\nextends: '{text}'\n".encode(), "policy.yaml", parents)
    assert "doesn't name a parent policy" in str(caught.value)
    assert parents.asked == []


def test_a_cycle_is_named_with_its_path() -> None:
    texts = {
        "acme/a//p.yaml": "version: 1\nextends: acme/b//p.yaml@main\n",
        "acme/b//p.yaml": "version: 1\nextends: ACME/a//p.yaml@main\n",
    }
    with pytest.raises(PolicyDefects) as caught:
        policy_file.parse(b"version: 1\nextends: acme/a//p.yaml@main\n", "policy.yaml", FakeParents(texts))
    [defect] = caught.value.defects
    assert str(defect).startswith(f"acme/b//p.yaml@{SHA}:2:10: extends: a cycle:")
    assert "acme/a//p.yaml@main -> acme/b//p.yaml@main -> ACME/a//p.yaml@main" in str(defect)


def test_a_chain_has_an_end() -> None:
    texts = {f"acme/p{n}//p.yaml": f"version: 1\nextends: acme/p{n + 1}//p.yaml@main\n" for n in range(9)}
    parents = FakeParents(texts)
    with pytest.raises(PolicyDefects, match="more than 4 files above one another"):
        policy_file.parse(b"version: 1\nextends: acme/p0//p.yaml@main\n", "policy.yaml", parents)
    assert len(parents.asked) == 4


def test_without_its_parent_a_policy_still_tells_its_own_defects() -> None:
    child = "version: 1\nextends: acme/gone//policy.yaml@main\nrules:\n  - {name: docs, mode: wrn}\njanitr: {}\n"
    assert [line.split(": ")[1] for line in defects(child)] == ["extends", "rules[0].mode", "janitr"]


def test_no_parent_is_asked_for_where_none_is_named_and_tokens_are_the_child_s_to_name() -> None:
    parents = FakeParents({PARENT: "version: 1\ngithub: {token_env: EVIL}\nextends: acme/top//p.yaml@main\n"})
    policy_file.parse(b"version: 1\n", "policy.yaml", parents)
    assert parents.asked == []
    with pytest.raises(PolicyDefects):
        policy_file.parse((CHILD + "cross_repo: {token_env: MINE}\n").encode(), "policy.yaml", parents)
    assert [asked.partition(" ")[2] for asked in parents.asked] == ["MINE GITHUB_TOKEN"] * 2


def test_every_path_that_can_be_tightened_is_in_the_schema_and_in_the_docs() -> None:
    docs = (Path(__file__).parents[2] / "docs" / "extends.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([^`]+)` \|", docs, re.MULTILINE)) == set(TIGHTER)
    plain = policy_file.parse(PLATFORM.encode(), "policy.yaml")
    assert [path for path in TIGHTER if not exists(plain, path.replace("[]", "[docs]"))] == []
