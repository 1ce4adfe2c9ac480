"""Whatever a model, its server or the wire does: the guard's answer stands, and the report says so."""

import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import google
import pytest
from fakes.model_server import ModelServer, Play, Wire, gemini_error, openai_error, retry_info, serving
from stage.judged import CLAIM, ENVIRON, GEMINI, OPENAI, Case, Dialect, case, claims

from driftguard.model import Plan

SHORT = timedelta(seconds=0.3)
SECRET = "payments-of-alice"
"""Stands in the change, and in what servers say about it."""


@dataclass(frozen=True)
class Failure:
    """What is played, what the note says of it, and how often it was asked: thrice where another try may help."""

    play: Play
    why: str
    tries: int
    policy: dict[str, Any] = field(default_factory=dict)


def shared(dialect: Dialect) -> dict[str, Failure]:
    """What both providers can do."""
    whole = dialect.answer(claims(CLAIM))
    named = dialect is GEMINI
    return {
        "503": Failure(Play(_error(dialect, 503, "UNAVAILABLE"), 503), "503", 3),
        "500 with a page": Failure(Play(b"<html>oops</html>", 500), "500", 3),
        "429 without a time": Failure(Play(_error(dialect, 429, "RESOURCE_EXHAUSTED"), 429), "429", 3),
        "429 with a time": Failure(Play(_error(dialect, 429, "X_Y"), 429, {"Retry-After": "2"}), "429", 3),
        "429 until tomorrow": Failure(Play(_error(dialect, 429, "X_Y"), 429, {"Retry-After": "86400"}), "429", 1),
        "key refused": Failure(Play(_error(dialect, 403, "PERMISSION_DENIED"), 403), "403", 1),
        "no such model": Failure(Play(_error(dialect, 404, "NOT_FOUND"), 404), "404", 1),
        "request refused": Failure(Play(_error(dialect, 400, "INVALID_ARGUMENT"), 400), "400", 1),
        "sent elsewhere": Failure(Play(b"", 307, {"Location": "http://127.0.0.1:9/"}), "307" if not named else "", 1),
        "hangs": Failure(Play(wire=Wire.HANG), "timed out", 1, {"timeout": SHORT}),
        "drips the answer": Failure(Play(whole, wire=Wire.DRIP_BODY), "timed out", 1, {"timeout": SHORT}),
        "drips the headers": Failure(Play(whole, wire=Wire.DRIP_HEADERS), "timed out", 1, {"timeout": SHORT}),
        "resets": Failure(Play(wire=Wire.RESET), "the connection failed", 3),
        "breaks off": Failure(Play(whole, wire=Wire.CUT), "the connection failed", 3),
        "empty body": Failure(Play(b""), "", 1),
        "no JSON": Failure(Play(b"<html>hello</html>"), "", 1),
        "null": Failure(Play(None), "", 1),
        "a list": Failure(Play([1, 2]), "", 1),
        "prose": Failure(Play(dialect.answer("All is well, approve.")), "another shape", 1),
        "half JSON": Failure(Play(dialect.answer('{"claims": [{"doc_path": "READ')), "another shape", 1),
        "other keys": Failure(Play(dialect.answer('{"findings": []}')), "another shape", 1),
        "wrong types": Failure(Play(dialect.answer('{"claims": [{"doc_path": 3}]}')), "another shape", 1),
        "deep nesting": Failure(Play(dialect.answer('{"claims": ' + "[" * 5000)), "", 1),
        "no text": Failure(Play(dialect.answer(None)), "empty", 1),
        "no words": Failure(Play(dialect.answer("")), "empty", 1),
    }


def _error(dialect: Dialect, code: int, word: str) -> dict[str, Any]:
    said = f"your prompt was: {SECRET}"
    return gemini_error(code, word, message=said) if dialect is GEMINI else openai_error(word, said)


def only_gemini() -> dict[str, Failure]:
    def stopped(reason: str) -> Play:
        return Play(GEMINI.answer(claims(CLAIM), finish=reason))

    more = stopped("CONTINUATION")
    more.body["candidates"][0]["continuationToken"] = "bW9yZQ=="
    info = gemini_error(429, "RESOURCE_EXHAUSTED", retry_info("1.5s"))
    return {
        "429 with RetryInfo": Failure(Play(info, 429), "429 RESOURCE_EXHAUSTED", 3),
        "question blocked": Failure(Play({"promptFeedback": {"blockReason": "SAFETY"}}), "blocked (SAFETY)", 1),
        "no candidates": Failure(Play({"candidates": [], "usageMetadata": {}}), "no candidates", 1),
        "no content": Failure(Play({"candidates": [{"finishReason": "STOP"}]}), "no text", 1),
        "no reason": Failure(Play({"candidates": [{"content": {"parts": [{"text": "{}"}]}}]}), "no reason", 1),
        "cut off, yet whole JSON": Failure(stopped("MAX_TOKENS"), "cut off (MAX_TOKENS)", 1),
        "answer blocked": Failure(stopped("SAFETY"), "stopped (SAFETY)", 1),
        "recitation": Failure(stopped("RECITATION"), "stopped (RECITATION)", 1),
        "to be continued": Failure(more, "stopped (CONTINUATION)", 1),
        "a reason nobody knows": Failure(stopped("ASTROLOGY"), "stopped (", 1),
    }


def only_openai() -> dict[str, Failure]:
    refusal = OPENAI.answer(None)
    refusal["choices"][0]["message"]["refusal"] = "I can't help with that."
    return {
        "content filter": Failure(Play(OPENAI.answer(claims(), finish="content_filter")), "blocked", 1),
        "refusal": Failure(Play(refusal), "blocked", 1),
        "no choices": Failure(Play({"choices": []}), "no choices", 1),
        "cut off, yet whole JSON": Failure(Play(OPENAI.answer(claims(CLAIM), finish="length")), "cut off (length)", 1),
        "a tool call": Failure(Play(OPENAI.answer(claims(CLAIM), finish="tool_calls")), "no text", 1),
        "far too much": Failure(Play(OPENAI.answer("x" * 5_000_000)), "no choices", 1),
    }


def every() -> Iterator[Any]:
    for dialect, own in ((GEMINI, only_gemini()), (OPENAI, only_openai())):
        for name, failure in (shared(dialect) | own).items():
            yield pytest.param(dialect, failure, id=f"{dialect.name}: {name}")


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with serving() as running:
        yield running


def the_guard_stands(judged: Case, plan: Plan) -> str:
    """The one note, after making sure that nothing else differs from a run without AI."""
    assert plan.findings == judged.plan(model=[]).findings
    assert [finding.name for finding in plan.findings] == ["SHOP_REGION"]
    assert plan.gaps == ()
    assert plan.actions == ()
    (note,) = plan.notes
    assert note.startswith("AI unavailable: guard only (")
    return note


@pytest.mark.filterwarnings("ignore:ASTROLOGY is not a valid")  # the SDK's remark about a reason it doesn't know
@pytest.mark.parametrize(("dialect", "failure"), list(every()))
def test_the_guard_s_answer_stands(
    tmp_path: Path, server: ModelServer, dialect: Dialect, failure: Failure, caplog: pytest.LogCaptureFixture
) -> None:
    """One failure each, through the real SDK over HTTP: the note names it, and no word of the change is told."""
    caplog.set_level(logging.DEBUG, logger="driftguard")
    server.plays(failure.play)
    judged = case(tmp_path, server, dialect)
    plan = judged.plan(**failure.policy)
    assert failure.why in the_guard_stands(judged, plan)
    assert len(server.asked) == failure.tries
    told = f"{plan.notes} {plan.consulted} {caplog.text}"
    assert SECRET not in told
    assert "SHOP_REGION" not in told


@pytest.mark.parametrize("dialect", [GEMINI, OPENAI], ids=lambda dialect: dialect.name)
def test_what_the_server_asks_to_wait_is_waited(tmp_path: Path, server: ModelServer, dialect: Dialect) -> None:
    server.plays(Play({}, 429, {"Retry-After": "2"}), dialect.says(CLAIM))
    judged = case(tmp_path, server, dialect)
    assert len(judged.plan().findings) == 2
    assert judged.waits == [2.0]


def test_retry_info_among_gemini_s_details_is_waited(tmp_path: Path, server: ModelServer) -> None:
    server.plays(Play(gemini_error(429, "RESOURCE_EXHAUSTED", retry_info("1.5s")), 429), GEMINI.says(CLAIM))
    judged = case(tmp_path, server)
    assert len(judged.plan().findings) == 2
    assert judged.waits == [1.5]


@pytest.mark.parametrize("wire", [Wire.HANG, Wire.DRIP_BODY, Wire.DRIP_HEADERS])
@pytest.mark.parametrize("dialect", [GEMINI, OPENAI], ids=lambda dialect: dialect.name)
def test_a_model_that_takes_for_ever_leaves_time_for_the_next(
    tmp_path: Path, server: ModelServer, dialect: Dialect, wire: Wire
) -> None:
    slow = Play(dialect.answer(claims()), wire=wire)
    server.script = lambda asked: slow if asked.model == "slow" else dialect.says(CLAIM)
    plan = case(tmp_path, server, dialect).plan(model=["slow", "quick"], timeout=timedelta(seconds=1))
    assert [finding.source for finding in plan.findings] == ["guard", "llm"]
    assert [(each.model, each.outcome) for each in plan.consulted] == [("slow", "timed out"), ("quick", "answered")]


@pytest.mark.parametrize("dialect", [GEMINI, OPENAI], ids=lambda dialect: dialect.name)
def test_a_server_that_isn_t_there(tmp_path: Path, server: ModelServer, dialect: Dialect) -> None:
    judged = case(tmp_path, server, dialect)
    judged.server = ModelServer("http://127.0.0.1:9")
    assert "the connection failed" in the_guard_stands(judged, judged.plan())


@pytest.mark.parametrize("environ", [{}, {"GEMINI_API_KEY": "", "MODEL_KEY": " "}])
@pytest.mark.parametrize("dialect", [GEMINI, OPENAI], ids=lambda dialect: dialect.name)
def test_no_key(
    tmp_path: Path,
    server: ModelServer,
    dialect: Dialect,
    environ: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor is another one taken that the SDK would find by itself."""
    monkeypatch.setenv("GOOGLE_API_KEY", ENVIRON["GEMINI_API_KEY"])
    judged = case(tmp_path, server, dialect)
    assert "_KEY is not set" in the_guard_stands(judged, judged.plan(environ=environ))
    assert server.asked == []


@pytest.mark.parametrize("dialect", [GEMINI, OPENAI], ids=lambda dialect: dialect.name)
def test_a_wrong_key(tmp_path: Path, server: ModelServer, dialect: Dialect) -> None:
    judged = case(tmp_path, server, dialect)
    wrong = dict.fromkeys(ENVIRON, "another-key-000000")
    note = the_guard_stands(judged, judged.plan(environ=wrong))
    assert "403" in note or "401" in note


def test_the_extra_is_not_installed(tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "google.genai", None)
    with suppress(AttributeError):
        monkeypatch.delattr(google, "genai")
    judged = case(tmp_path, server)
    assert "pip install 'driftguard-engine[gemini]'" in the_guard_stands(judged, judged.plan())


def test_a_defect_of_our_own_costs_no_more_than_the_judge(
    tmp_path: Path, server: ModelServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError(SECRET)

    monkeypatch.setattr("driftguard.ai_sync.judge.retrieve", broken)
    judged = case(tmp_path, server)
    assert the_guard_stands(judged, judged.plan()) == "AI unavailable: guard only (internal error: KeyError)"


def test_a_server_that_is_down_is_not_asked_about_every_part(tmp_path: Path, server: ModelServer) -> None:
    server.plays(Play({}, 503))
    names = [f"shop/cache_{number}.py" for number in range(60)]
    lines = "".join(f"CACHE_{number} = '{'x' * 80}'\n" for number in range(90))
    before = {"README.md": "# Cache\n\nThe cache is large.\n"} | dict.fromkeys(names, "\n")
    judged = case(tmp_path, server, GEMINI, before, dict.fromkeys(names, lines))
    plan = judged.plan(max_tokens=10_000_000, max_cost_usd=100)
    assert len(server.asked) <= 12, "at most four parts at a time, three tries each"
    assert plan.notes == ("AI unavailable: guard only (gemini-3.5-flash-lite: 503)",)
