"""An override survives the way into a check run and back; whatever doesn't fit together is none."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.commands import record
from driftguard.forge import CheckRun, Override, Scope
from driftguard.model import Finding

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD, OTHER = "a" * 40, "b" * 40
OVERRIDE = Override(Scope.DOCS, "alice", "in the wiki", NOW, NOW + timedelta(hours=48), 7, HEAD, 1001)
ZONED = st.datetimes(timezones=st.just(UTC))


def held(override: Override, **other: Any) -> CheckRun:
    text = f"Some prose.\n{record.encode(override)}\n"
    check = CheckRun(5, "n", "github-actions", record.external_id(override.number), override.sha, NOW, text)
    return replace(check, **other)


@given(
    st.builds(
        Override,
        scope=st.sampled_from(Scope),
        by=st.text(max_size=40),
        why=st.text(max_size=500),
        made_at=ZONED,
        until=ZONED,
        number=st.integers(1, 10**9),
        sha=st.just(HEAD),
        comment=st.integers(1, 10**18),
        survives=st.booleans(),
        consumer=st.text(max_size=100),
    )
)
def test_there_and_back(override: Override) -> None:
    assert record.decode(held(override), "github-actions") == override


@pytest.mark.parametrize(
    "forged",
    [
        pytest.param({"app": "other-app"}, id="another App wrote it"),
        pytest.param({"app": ""}, id="no App wrote it"),
        pytest.param({"external_id": ""}, id="a job's check run"),
        pytest.param({"external_id": "driftguard/override/v1/8"}, id="another pull request's"),
        pytest.param({"external_id": "driftguard/override/v1/77"}, id="a number that begins alike"),
        pytest.param({"head_sha": OTHER}, id="on another commit"),
        pytest.param({"text": ""}, id="empty"),
        pytest.param({"text": "<!-- driftguard:override AAAA -->"}, id="nonsense"),
        pytest.param({"text": record.encode(OVERRIDE)[:-20]}, id="cut"),
    ],
)
def test_what_does_not_fit_together_is_no_override(forged: dict[str, Any]) -> None:
    assert record.decode(held(OVERRIDE, **forged), "github-actions") is None


@pytest.mark.parametrize(
    "change",
    [{"scope": "everything"}, {"until": "tomorrow"}, {"until": "2026-11-25T12:00:00"}, {"extra": 1}, {"sha": 1}],
)
def test_a_value_of_the_wrong_kind_is_no_override(change: dict[str, Any]) -> None:
    packed = record.encode(OVERRIDE).split(" ")[2]
    plain = json.loads(base64.b64decode(packed)) | change
    text = f"<!-- driftguard:override {base64.b64encode(json.dumps(plain).encode()).decode()} -->"
    assert record.decode(held(OVERRIDE, text=text), "github-actions") is None


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    assert record.decode(held(OVERRIDE, text=text), "github-actions") is None


class TestWhatHolds:
    def test_at_the_head_it_was_given_for_until_its_time(self) -> None:
        assert OVERRIDE.holds(7, HEAD, NOW)
        assert OVERRIDE.holds(7, HEAD, OVERRIDE.until - timedelta(seconds=1))
        assert not OVERRIDE.holds(7, HEAD, OVERRIDE.until)
        assert not OVERRIDE.holds(7, OTHER, NOW)
        assert not OVERRIDE.holds(8, HEAD, NOW)

    def test_one_that_survives_holds_at_any_head_of_that_pull_request_until_its_time(self) -> None:
        lasting = replace(OVERRIDE, survives=True)
        assert lasting.holds(7, OTHER, NOW)
        assert not lasting.holds(7, OTHER, OVERRIDE.until)
        assert not lasting.holds(8, OTHER, NOW)

    def test_without_a_commit_nothing_holds(self) -> None:
        assert not replace(OVERRIDE, sha="").holds(7, "", NOW)

    @pytest.mark.parametrize(
        ("scope", "consumer", "rule", "kind", "name", "covers"),
        [
            (Scope.DOCS, "", "ai_sync/undocumented", "env_var", "X", True),
            (Scope.DOCS, "", "cross_repo/removed", "contract", "orders", False),
            (Scope.DOCS, "", "janitor/unreadable-lease", "sqs:queue", "q", False),
            (Scope.CONTRACTS, "", "cross_repo/removed", "contract", "orders", True),
            (Scope.CONTRACTS, "", "ai_sync/undocumented", "env_var", "X", False),
            (Scope.CONTRACTS, "", "gate/max-deletions", "policy", "p", False),
            (Scope.CONSUMER, "acme/web", "cross_repo/unanswered", "consumer", "Acme/Web", True),
            (Scope.CONSUMER, "acme/web", "cross_repo/unanswered", "consumer", "acme/api", False),
            (Scope.CONSUMER, "acme/web", "cross_repo/removed", "contract", "acme/web", False),
            (Scope.KEEP, "", "ai_sync/undocumented", "env_var", "X", False),
        ],
    )
    def test_each_scope_covers_its_own_findings_only(
        self, scope: Scope, consumer: str, rule: str, kind: str, name: str, covers: bool
    ) -> None:
        override = replace(OVERRIDE, scope=scope, consumer=consumer)
        assert override.covers(Finding("1", rule, kind, name, "m")) is covers
