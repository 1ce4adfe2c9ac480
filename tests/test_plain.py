"""``plain`` gives what ``dataclasses.asdict`` gives."""

from dataclasses import asdict, dataclass
from datetime import UTC, datetime

from driftguard.model import Finding, Gap, Plan, Severity
from driftguard.plain import plain


@dataclass(frozen=True, slots=True)
class Odd:
    inner: dict[str, tuple[Gap, ...]]
    listed: list[object]
    at: datetime


def test_nouns_become_the_same_dictionaries_at_any_depth() -> None:
    finding = Finding("1", "rule", "kind", "NAME", "message", path="a.py", line=3, severity=Severity.ERROR)
    plan = Plan(findings=(finding,), gaps=(Gap("scope", "what", "error"),))
    odd = Odd({"x": (Gap("a", "b", "c"),)}, [1, None, {"y": finding}], datetime(2026, 1, 1, tzinfo=UTC))
    for noun in (finding, plan, odd):
        assert plain(noun) == asdict(noun)
