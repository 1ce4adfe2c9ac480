"""What people and GitHub are shown: valid in form, right in number, and nothing of a stranger's text at work in it."""

import gzip
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from driftguard import markers
from driftguard.hush import deaf
from driftguard.markers import Told
from driftguard.model import (
    Action,
    Conclusion,
    Decision,
    Event,
    Finding,
    Gap,
    Mode,
    Outcome,
    Report,
    Risk,
    Severity,
    Status,
    Target,
    Verdict,
    Waiver,
)
from driftguard.report import annotations, job, markdown, sarif
from driftguard.report.publishers.check_run import annotate
from driftguard.report.publishers.pr_comment import compose, in_sync
from driftguard.verdict import conclude

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
HEAD, BEFORE = "a" * 40, "b" * 40
EVENT = Event("1", "pull_request.synchronize", "acme/shop", "topic", HEAD, "alice", NOW, {})
BLOB = f"https://github.example/acme/shop/blob/{HEAD}"
WAIVER = Waiver("alice", "in the wiki", NOW)
SCHEMA = json.loads(gzip.decompress((Path(__file__).parents[1] / "data/sarif/sarif-schema-2.1.0.json.gz").read_bytes()))
NASTY = (
    "<img src=x onerror=alert(1)> <script>x</script> | cell | [a](javascript:alert(1)) ![i](https://evil.example/i) "
    "**b** `c` @octocat #12 https://evil.example \u202egnp.exe\r\n::error::owned\n\n# heading\n--> ##[error]x"
)


def finding(number: int = 1, **more: Any) -> Finding:
    plain = Finding(
        str(number), "ai_sync/undocumented", "env_var", f"NAME_{number}", f"NAME_{number} is read", "a.py", 3
    )
    return replace(plain, **more)


def report(*findings: Finding, **more: Any) -> Report:
    gaps = more.get("gaps", ())
    return Report("r" * 32, EVENT, Mode.LIVE, conclude(findings, gaps, ()), tuple(findings), **more)


def rendered(renderer: Any, told: Report) -> str:
    out = io.StringIO()
    renderer.render(told, out)
    return out.getvalue()


def html(text: str) -> str:
    """As GitHub's Markdown becomes a page: tables, raw HTML let through, bare links found."""
    return str(MarkdownIt("gfm-like", {"html": True, "linkify": False}).render(text))


texts = st.one_of(st.text(max_size=200), st.sampled_from([NASTY, "`" * 7, "a|b", "\\", "-->", "</details>"]))
findings = st.builds(
    Finding,
    id=st.text(min_size=1, max_size=20),
    rule=st.sampled_from(["ai_sync/undocumented", "cross_repo/removed"]),
    kind=texts,
    name=texts,
    message=texts,
    path=texts,
    line=st.integers(0, 10**6),
    severity=st.sampled_from(Severity),
    fix=st.one_of(st.just(""), texts),
    waiver=st.one_of(st.none(), st.builds(Waiver, by=texts, why=texts, until=st.just(NOW))),
)
reports = st.builds(
    lambda found, gaps, notes: report(*found, gaps=tuple(gaps), notes=tuple(notes)),
    st.lists(findings, max_size=5),
    st.lists(st.builds(Gap, texts, texts, texts), max_size=2),
    st.lists(texts, max_size=2),
)


class TestMarkdown:
    @given(reports)
    def test_each_finding_is_one_row_and_no_text_becomes_markup(self, told: Report) -> None:
        page = html(compose(told, None, BLOB, "") if not in_sync(told) else "")
        assert page.count("<tr>") == (len(told.findings) + 1 if told.findings else 0)
        assert set(re.findall(r"<([a-z]\w*)", page)) <= ALLOWED
        assert all(link.startswith(BLOB) for link in re.findall(r'href="([^"]*)"', page))
        shown = re.sub(r"<code>.*?</code>", "", page, flags=re.DOTALL)
        assert not re.search(r"@octocat|https://evil", shown), "in code nobody is mentioned and nothing is a link"

    @given(reports)
    def test_neither_does_any_in_the_job_summary(self, told: Report) -> None:
        page = html(rendered(markdown.RENDERER, told))
        assert set(re.findall(r"<([a-z]\w*)", page)) <= ALLOWED
        assert "href=" not in page

    def test_ten_thousand_findings_fit_and_what_was_left_out_is_said(self) -> None:
        told = report(*(finding(n, message=f"NAME_{n} {'ß' * 40}") for n in range(10_000)))
        text = compose(told, None, BLOB, "https://github.example/run")
        assert len(text.encode()) <= 65_536
        assert "lines were left out" in text
        assert "/driftguard help" in text
        assert markers.decode(text) is not None
        assert len(rendered(markdown.RENDERER, told).encode()) <= 65_536

    def test_a_ready_line_is_shown_whole_in_a_fence_that_it_can_t_leave(self) -> None:
        fix = "```\n</details>\n| `X` | y |\tz"
        text = compose(report(finding(fix=fix, fix_path="docs/a.md")), None, BLOB, "")
        assert f"````\n{fix}\n````" in text
        assert html(text).count("</details>") == 1

    def test_what_was_set_aside_is_shown_with_who_and_why_below_what_blocks(self) -> None:
        text = compose(report(finding(1, waiver=WAIVER), finding(2)), None, BLOB, "")
        assert "1 finding blocks, 1 overridden" in text
        assert text.index("NAME_2") < text.index("NAME_1")
        assert "overridden by alice until 2026\\-11\\-23 12\\:00 UTC\\: in the wiki" in text

    def test_all_in_sync_is_one_line_that_still_says_what_the_run_has_to_say(self) -> None:
        before = Told(BEFORE, markers.remembered([("1", "NAME_1")]))
        text = compose(report(notes=("AI unavailable: guard only",)), before, BLOB, "")
        _, line = text.rstrip("\n").split("\n")
        assert line.startswith(f"✅ DriftGuard: all in sync at `{HEAD[:9]}`")
        assert "1 fixed (`NAME_1`)" in line
        assert "AI unavailable" in line

    def test_a_gap_is_never_in_sync(self) -> None:
        told = report(gaps=(Gap("git/acme/shop", "the change", "shallow"),))
        assert not in_sync(told)
        assert "not everything was looked at" in compose(told, None, BLOB, "")

    def test_fixed_ones_are_named_up_to_ten_and_counted_all(self) -> None:
        before = Told(BEFORE, markers.remembered((str(n), f"OLD_{n}") for n in range(100, 130)))
        text = compose(report(finding()), before, BLOB, "")
        assert "30 fixed" in text
        assert text.count("`OLD_") == 10
        assert "1 new" in text


ALLOWED = {
    *("h3", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "pre", "a", "strong", "sub", "br"),
    *("details", "summary", "ul", "li"),
}


class TestSarif:
    @given(reports)
    def test_it_is_valid_whatever_was_found(self, told: Report) -> None:
        document = json.loads(rendered(sarif.RENDERER, told))
        jsonschema.Draft4Validator(SCHEMA).validate(document)
        results = document["runs"][0]["results"]
        assert len(results) == sum(bool(finding.path) for finding in told.findings)
        assert all(result["locations"] for result in results), "GitHub refuses the file otherwise"

    def test_the_schema_would_refuse_another_shape(self) -> None:
        document = json.loads(rendered(sarif.RENDERER, report(finding())))
        document["runs"][0]["results"][0]["level"] = "fatal"
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft4Validator(SCHEMA).validate(document)

    def test_a_finding_keeps_its_fingerprint_when_its_line_moves(self) -> None:
        prints = {
            result["partialFingerprints"]["driftguard/v1"]
            for line in (3, 900)
            for result in json.loads(rendered(sarif.RENDERER, report(finding(line=line))))["runs"][0]["results"]
        }
        assert len(prints) == 1

    def test_what_was_set_aside_is_suppressed_with_a_reason_and_nothing_else_is(self) -> None:
        told = report(finding(1, waiver=WAIVER), finding(2))
        first, second = json.loads(rendered(sarif.RENDERER, told))["runs"][0]["results"]
        assert first["suppressions"][0]["justification"].endswith("in the wiki")
        assert second["suppressions"] == []

    def test_a_path_becomes_a_uri(self) -> None:
        told = report(finding(path="docs/a b#c%\udcff.md"))
        [result] = json.loads(rendered(sarif.RENDERER, told))["runs"][0]["results"]
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        assert uri == "docs/a%20b%23c%25%FF.md"


class TestWorkflowCommands:
    @given(reports)
    def test_each_line_is_one_command_of_ours(self, told: Report) -> None:
        for line in rendered(annotations.RENDERER, told).splitlines():
            assert re.fullmatch(r"::(error|warning)( (file|line|title)=[^:,]*(,(line|title)=[^:,]*)*)?::.*", line)

    def test_a_stranger_s_text_stays_in_its_place(self) -> None:
        [line] = rendered(annotations.RENDERER, report(finding(path="a,b:c\n.py", message=NASTY))).splitlines()
        assert line.startswith("::error file=a%2Cb%3Ac\\n.py,line=3,title=DriftGuard%3A ai_sync/undocumented::")

    @pytest.mark.parametrize(("count", "shown"), [(0, 0), (10, 10), (11, 10), (500, 10)])
    def test_no_more_than_github_shows_of_each_kind(self, count: int, shown: int) -> None:
        some = [finding(n, severity=Severity.WARNING) for n in range(count)]
        lines = rendered(annotations.RENDERER, report(*some)).splitlines()
        assert len(lines) == shown
        assert (f"{count - 9} more warnings" in lines[-1]) if count > 10 else True

    def test_what_was_set_aside_is_no_error(self) -> None:
        assert rendered(annotations.RENDERER, report(finding(waiver=WAIVER))) == ""

    def test_nothing_printed_meanwhile_is_a_command_and_the_word_is_another_each_time(self) -> None:
        outs = [io.StringIO(), io.StringIO()]
        for out in outs:
            with deaf(out, {"GITHUB_ACTIONS": "true"}):
                out.write("::error::owned\n")
        first, second = (out.getvalue().splitlines() for out in outs)
        word = first[0].removeprefix("::stop-commands::")
        assert (first[1], first[2]) == ("::error::owned", f"::{word}::")
        assert len(word) >= 32
        assert first[0] != second[0]

    def test_outside_a_job_nothing_is_added(self) -> None:
        out = io.StringIO()
        with deaf(out, {}):
            out.write("text")
        job.tell(report(finding()), {}, out)
        assert out.getvalue() == "text"

    def test_a_summary_that_can_t_be_written_costs_no_verdict(self) -> None:
        out = io.StringIO()
        job.tell(report(finding()), {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": "/nonexistent/x"}, out)
        assert out.getvalue().startswith("::error file=a.py")

    @pytest.mark.parametrize(
        ("status", "wanted"), [(Status.APPLIED, False), (Status.FAILED, True), (Status.SIMULATED, True)]
    )
    def test_annotations_are_wanted_unless_a_check_run_was_written(self, status: Status, wanted: bool) -> None:
        place = Target("github", "github/acme/shop", "pull_request", "x", "x")
        action = Action("c", "check_run", place, Risk.NOTIFY, "why")
        decision = Decision("c", Verdict.ALLOW, "", "")
        told = report(actions=(action,), decisions=(decision,), outcomes=(Outcome("c", status),))
        assert annotations.wanted(told) is wanted


class TestCheckAnnotations:
    def test_what_blocks_comes_first_and_what_has_no_file_has_none(self) -> None:
        levels = [
            annotation["annotation_level"]
            for annotation in annotate(
                [
                    finding(1, severity=Severity.NOTE),
                    finding(2, severity=Severity.WARNING),
                    finding(3),
                    finding(4, path=""),
                    finding(5, waiver=WAIVER),
                ]
            )
        ]
        assert levels == ["failure", "warning", "notice", "notice"]

    def test_a_finding_about_a_file_as_a_whole_stands_at_its_first_line(self) -> None:
        [annotation] = annotate([finding(line=0)])
        assert (annotation["start_line"], annotation["end_line"]) == (1, 1)


@pytest.mark.parametrize(
    ("found", "gaps", "conclusion"),
    [
        ([finding(waiver=WAIVER)], (), Conclusion.CLEAN),
        ([finding(1, waiver=WAIVER), finding(2)], (), Conclusion.BLOCKED),
        ([finding(waiver=WAIVER)], (Gap("x", "y", "z"),), Conclusion.INCOMPLETE),
    ],
)
def test_an_override_lets_its_finding_pass_and_nothing_else(
    found: list[Finding], gaps: tuple[Gap, ...], conclusion: Conclusion
) -> None:
    assert conclude(found, gaps, ()) is conclusion
