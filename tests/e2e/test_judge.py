"""The judge from the command line: exit codes, report and trail, over HTTP."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fakes.model_server import KEY, ModelServer, Play, serving
from stage.change import change
from stage.command import anew, within
from stage.judged import AFTER, BEFORE, CLAIM, GEMINI, SENTENCE

CLEAN = {"shop/cache.py": BEFORE["shop/cache.py"].replace("60", "300")}
"""Nothing for the guard, something for the judge."""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        yield running


def policy(server: ModelServer, *more: str) -> str:
    lines = ["ai_sync:", "  model: gemini-3.5-flash-lite", "  ai:", f"    base_url: {server.url}", *more]
    rules = "rules:\n  - {name: docs, on: [pull_request], run: ai_sync}\n"
    return f"version: 1\n{rules}" + "\n".join(lines) + "\n"


def run(
    tmp_path: Path, text: str, after: Mapping[str, str], environ: Mapping[str, str] | None = None
) -> tuple[int, dict[str, Any]]:
    base, head = change(tmp_path / "repo", BEFORE, after)
    (tmp_path / "policy.yaml").write_text(text)
    words = ["--repo", "repo", "--base", base, "--head", head, "--policy", "policy.yaml", "--format", "json"]
    surroundings = {"HOME": str(tmp_path), "GEMINI_API_KEY": KEY} if environ is None else environ
    code, printed = within("run", *words, "--dry-run", cwd=tmp_path, environ=surroundings)
    return code, json.loads(printed)


@pytest.mark.parametrize(
    ("more", "after", "code"),
    [
        pytest.param([], CLEAN, 0, id="a claim only warns"),
        pytest.param(["    may_block: true"], CLEAN, 1, id="unless the policy lets it block"),
        pytest.param([], AFTER, 1, id="the guard blocks as ever"),
    ],
)
def test_exit_codes(tmp_path: Path, server: ModelServer, more: list[str], after: Mapping[str, str], code: int) -> None:
    server.plays(GEMINI.says(CLAIM))
    exited, report = run(tmp_path, policy(server, *more), after)
    assert exited == code
    assert [finding["source"] for finding in report["findings"]][-1] == "llm"


@pytest.mark.parametrize(("after", "code"), [(CLEAN, 0), (AFTER, 1)], ids=["clean", "blocked"])
def test_a_model_that_fails_changes_no_exit_code(
    tmp_path: Path, server: ModelServer, after: Mapping[str, str], code: int
) -> None:
    server.plays(Play({}, 404))
    exited, report = run(tmp_path, policy(server), after)
    assert exited == code
    assert report["notes"] == ["AI unavailable: guard only (gemini-3.5-flash-lite: 404)"]
    assert report["gaps"] == []


def test_without_a_key_the_report_says_so(tmp_path: Path, server: ModelServer) -> None:
    exited, report = run(tmp_path, policy(server), CLEAN, {"HOME": str(tmp_path), "GEMINI_API_KEY": ""})
    assert exited == 0
    assert report["notes"] == [
        "AI unavailable: guard only (no key: the environment variable GEMINI_API_KEY is not set)"
    ]


def test_the_trail_holds_hashes_and_figures_of_what_was_asked(tmp_path: Path, server: ModelServer) -> None:
    server.plays(GEMINI.says(CLAIM))
    run(tmp_path, policy(server), CLEAN)
    trail = (tmp_path / ".driftguard" / "audit" / "audit.jsonl").read_text()
    planned = next(json.loads(line) for line in trail.splitlines() if '"PLANNED"' in line)
    (consulted,) = planned["body"]["docs"]["consulted"]
    assert consulted["model"] == "gemini-3.5-flash-lite"
    assert (consulted["input_tokens"], consulted["output_tokens"], consulted["cost_usd"]) == (1000, 120, 0.0006)
    assert len(consulted["prompt_sha256"]) == 64
    for told in (SENTENCE, "return 300", CLAIM["why"], KEY):
        assert told not in trail


def test_the_answers_are_kept_at_home_never_in_the_checkout(tmp_path: Path, server: ModelServer) -> None:
    server.plays(GEMINI.says(CLAIM))
    run(tmp_path, policy(server), CLEAN)
    assert len(list((tmp_path / ".cache" / "driftguard" / "ai").iterdir())) == 1
    assert not list((tmp_path / "repo").rglob("*.json"))


def test_without_a_model_no_sdk_is_loaded_and_nothing_is_said(tmp_path: Path, server: ModelServer) -> None:
    base, head = change(tmp_path / "repo", BEFORE, CLEAN)
    (tmp_path / "policy.yaml").write_text(policy(server).replace("  model: gemini-3.5-flash-lite\n", ""))
    words = ("run", "--repo", "repo", "--base", base, "--head", head, "--policy", "policy.yaml", "--format", "json")
    done = anew(*words, cwd=tmp_path, environ={"PYTHONPROFILEIMPORTTIME": "1", "GEMINI_API_KEY": KEY})
    assert json.loads(done.stdout)["notes"] == []
    assert "driftguard.ai_sync.judge" in done.stderr
    assert "google.genai" not in done.stderr
    assert server.asked == []
