"""The verdict machine: whatever arrives, in whatever order, nothing is green that nobody vouched for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from driftguard.cross_repo.verdicts import (
    ANSWERS,
    Answered,
    Looked,
    Message,
    Question,
    Refused,
    Sent,
    State,
    Together,
    Verdict,
    Waived,
    aggregate,
    ask,
    nonce_sha256,
    step,
)
from driftguard.model import Waiver

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NONCE = "a-secret-nonce"
QUESTION = Question("acme/web", "orders", "a" * 40, "d" * 64, nonce_sha256(NONCE), required=True, timeout=30 * MINUTE)
ASKED = step(ask(QUESTION, NOW), Sent(NOW)).verdict


def answer(says: State = State.PASSED, minutes: float = 5) -> Answered:
    return Answered(NOW + minutes * MINUTE, "acme/web", "orders", "a" * 40, "d" * 64, NONCE, says, "https://run")


def after(*messages: Message) -> Verdict:
    verdict = ASKED
    for message in messages:
        verdict = step(verdict, message).verdict
    return verdict


@pytest.mark.parametrize("says", sorted(ANSWERS))
def test_an_answer_with_the_right_nonce_counts(says: State) -> None:
    verdict = after(answer(says))
    assert (verdict.answer, verdict.link) == (says, "https://run")


def test_a_consumer_may_first_say_that_it_runs() -> None:
    assert after(answer(State.RUNNING), answer(State.FAILED, 6)).answer is State.FAILED


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        (replace(answer(), nonce="guessed"), "forged"),
        (replace(answer(), consumer="acme/other"), "another question"),
        (replace(answer(), contract="payments"), "another question"),
        (replace(answer(), sha="b" * 40), "another version"),
        (replace(answer(), digest="e" * 64), "another version"),
        (replace(answer(), says=State.WAIVED), "no answer"),
        (answer(minutes=31), "too late"),
    ],
)
def test_a_forged_mistaken_or_late_answer_changes_nothing_and_says_why(forged: Answered, said: str) -> None:
    stepped = step(ASKED, forged)
    assert stepped.verdict == ASKED
    assert said in stepped.ignored


def test_a_replay_changes_nothing() -> None:
    failed = after(answer(State.FAILED))
    assert step(failed, answer(State.PASSED, 6)).verdict == failed
    assert "repeat" in step(failed, answer(State.FAILED, 6)).ignored


def test_silence_is_a_verdict_once_the_time_is_over_and_a_late_answer_does_not_undo_it() -> None:
    assert after(Looked(NOW + 30 * MINUTE, "a" * 40)).answer is State.ASKED
    silent = after(Looked(NOW + 31 * MINUTE, "a" * 40))
    assert silent.answer is State.SILENT
    assert step(silent, answer(State.PASSED, 20)).verdict == silent


def test_a_moved_head_makes_every_verdict_stale() -> None:
    moved = Looked(NOW + MINUTE, "b" * 40)
    assert after(moved).answer is State.STALE
    assert after(answer(), moved).answer is State.STALE
    assert step(after(moved), answer(State.PASSED)).verdict.answer is State.STALE


def test_what_could_not_be_sent_is_unreachable() -> None:
    refused = step(ask(QUESTION, NOW), Refused(NOW, "404: no such repository")).verdict
    assert (refused.answer, refused.why) == (State.UNREACHABLE, "404: no such repository")
    assert step(refused, answer()).verdict == refused


def test_a_waiver_covers_until_it_ends_and_then_the_answer_stands_again() -> None:
    waived = after(answer(State.FAILED), Waived(NOW, Waiver("alice", "known", NOW + 10 * MINUTE)))
    assert waived.state(NOW + 9 * MINUTE) is State.WAIVED
    assert waived.state(NOW + 10 * MINUTE) is State.FAILED


def test_a_timeout_counts_from_when_the_question_was_sent() -> None:
    queued = ask(QUESTION, NOW)
    assert step(queued, Looked(NOW + 300 * MINUTE, "a" * 40)).verdict.answer is State.QUEUED
    sent = step(queued, Sent(NOW + 60 * MINUTE)).verdict
    assert sent.deadline == NOW + 90 * MINUTE


@pytest.mark.parametrize(
    ("states", "together"),
    [
        ([], Together.GREEN),
        ([State.PASSED, State.PASSED], Together.GREEN),
        ([State.PASSED, State.ASKED], Together.WAITING),
        ([State.PASSED, State.QUEUED], Together.WAITING),
        ([State.PASSED, State.STALE], Together.WAITING),
        ([State.PASSED, State.FAILED], Together.RED),
        ([State.ASKED, State.CRASHED], Together.RED),
        ([State.PASSED, State.SILENT], Together.RED),
        ([State.PASSED, State.UNREACHABLE], Together.RED),
    ],
)
def test_all_of_them_together(states: list[State], together: Together) -> None:
    required = [replace(ASKED, answer=state) for state in states]
    advisory = replace(ASKED, answer=State.FAILED, question=replace(QUESTION, required=False))
    assert aggregate([*required, advisory], NOW) is together


times = st.integers(-5, 90).map(lambda minutes: NOW + minutes * MINUTE)
shas = st.sampled_from(["a" * 40, "b" * 40])
messages = st.one_of(
    st.builds(Sent, times),
    st.builds(Refused, times, st.just("404")),
    st.builds(Looked, times, shas),
    st.builds(
        Answered,
        times,
        st.sampled_from(["acme/web", "acme/reports", "mallory/web"]),
        st.sampled_from(["orders", "payments"]),
        shas,
        st.sampled_from(["d" * 64, "e" * 64]),
        st.sampled_from([NONCE, "other", ""]),
        st.sampled_from(list(State)),
    ),
)


def truly_passed(message: Message) -> bool:
    return isinstance(message, Answered) and replace(message, at=NOW) == replace(answer(), at=NOW, link="")


@given(st.lists(messages, max_size=12))
def test_never_green_while_a_required_consumer_has_not_truly_passed(sequence: list[Message]) -> None:
    """In any order, repeated, late, forged: green needs a passed answer with the right nonce, in time, on this head."""
    verdict = ask(QUESTION, NOW)
    for message in sequence:
        verdict = step(verdict, message).verdict
    other = replace(ASKED, answer=State.PASSED)
    if aggregate([verdict, other], NOW) is Together.GREEN:
        assert verdict.answer is State.PASSED
        assert any(truly_passed(message) for message in sequence)
        last_look = [message.head for message in sequence if isinstance(message, Looked)][-1:]
        assert last_look in ([], ["a" * 40])


@given(st.lists(messages, max_size=12))
def test_an_answer_is_never_exchanged_for_another(sequence: list[Message]) -> None:
    verdict = ASKED
    for message in sequence:
        after_it = step(verdict, message).verdict
        if verdict.answer not in (State.QUEUED, State.ASKED, State.RUNNING):
            assert after_it.answer in (verdict.answer, State.STALE)
        verdict = after_it
