"""The trail: whatever is done to it afterwards is found, and whatever happens to its writer is survived."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage.command import within

from driftguard import audit
from driftguard.errors import AuditError
from driftguard.model import Mode
from driftguard.ports import RunContext

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WHO = {"actor": "alice", "run_url": "https://github.com/acme/shop/actions/runs/1", "commit": "a" * 40}


def plain(text: str) -> str:
    return text


def trail(directory: Path, run_id: str = "run-1", redact: Callable[[str], str] = plain) -> audit.Trail:
    return audit.Trail.open(directory, RunContext(run_id, Mode.LIVE, "0" * 64, WHO), lambda: NOW, redact)


def write(directory: Path, run_id: str = "run-1", intents: int = 3) -> Path:
    """A whole run of ``intents`` intents and outcomes."""
    with trail(directory, run_id) as sink:
        sink.record("RECEIVED", "schedule", {"kind": "schedule"})
        for number in range(intents):
            sink.record("INTENT", "expired", {"action_id": f"delete:{number}"})
            sink.record("OUTCOME", "done", {"action_id": f"delete:{number}", "status": "applied"})
        sink.record("CLOSED", "clean", {})
    return directory / "audit.jsonl"


def test_a_record_says_why_when_and_who(tmp_path: Path) -> None:
    write(tmp_path)
    first = next(audit.read(tmp_path))
    assert (first.state, first.why, first.at) == ("RECEIVED", "schedule", "2026-11-23T12:00:00.000+00:00")
    assert first.who == WHO
    assert (first.run_id, first.mode, first.policy_sha) == ("run-1", "live", "0" * 64)


def test_a_trail_as_it_was_written_is_intact_over_several_runs(tmp_path: Path) -> None:
    write(tmp_path)
    write(tmp_path, "run-2")
    verification = audit.verify(tmp_path)
    assert (verification.problems, verification.warnings, verification.open_intents) == ((), (), ())
    assert (verification.records, verification.runs) == (16, 2)


def changed(lines: list[bytes], at: int) -> list[bytes]:
    record = json.loads(lines[at])
    record["why"] += "!"
    return [*lines[:at], json.dumps(record, sort_keys=True, separators=(",", ":")).encode() + b"\n", *lines[at + 1 :]]


def dropped(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], *lines[at + 1 :]]


def swapped(lines: list[bytes], at: int) -> list[bytes]:
    other = (at + 1) % len(lines)
    lines[at], lines[other] = lines[other], lines[at]
    return lines


def repeated(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[: at + 1], *lines[at:]]


def cut(lines: list[bytes], at: int) -> list[bytes]:
    return lines[:at]


def added(lines: list[bytes], at: int) -> list[bytes]:
    return [*lines[:at], b'{"state":"CLOSED"}\n', *lines[at:]]


@pytest.mark.parametrize("tamper", [changed, dropped, swapped, repeated, cut, added])
@pytest.mark.parametrize("at", range(8))
def test_any_line_changed_dropped_swapped_repeated_cut_or_added_is_found(
    tmp_path: Path, tamper: Callable[[list[bytes], int], list[bytes]], at: int
) -> None:
    path = write(tmp_path)
    path.write_bytes(b"".join(tamper(path.read_bytes().splitlines(keepends=True), at)))
    assert audit.verify(tmp_path).problems


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run's trail, to be copied: each line of it waited for the disk."""
    return write(tmp_path_factory.mktemp("written")).parent


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_single_byte_changed_is_found(written: Path, tmp_path: Path, data: st.DataObject) -> None:
    shutil.copy(written / "audit.head", tmp_path)
    raw = bytearray((written / "audit.jsonl").read_bytes())
    at = data.draw(st.integers(0, len(raw) - 1))
    raw[at] ^= data.draw(st.integers(1, 255))
    (tmp_path / "audit.jsonl").write_bytes(raw)
    assert audit.verify(tmp_path).problems


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes, bytes]:
    """Two lines of two runs, and the head as it was after the first."""
    directory = tmp_path_factory.mktemp("begun")
    with trail(directory) as sink:
        sink.record("RECEIVED", "schedule", {})
    head = (directory / "audit.head").read_bytes()
    with trail(directory, "run-2") as sink:
        sink.record("RECEIVED", "schedule", {})
    first, last = (directory / "audit.jsonl").read_bytes().splitlines(keepends=True)
    return first, last, head


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(cut=st.integers(1, 400))
def test_a_torn_last_line_is_a_warning_and_the_next_run_goes_on_after_it(
    begun: tuple[bytes, bytes, bytes], tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    """What a kill can leave behind: the last line's beginning, and a head that lags."""
    directory = tmp_path_factory.mktemp("trail")
    first, last, head = begun
    (directory / "audit.jsonl").write_bytes(first + last[: min(cut, len(last) - 1)])
    (directory / "audit.head").write_bytes(head)
    torn = audit.verify(directory)
    assert torn.problems == ()
    assert "torn last line" in str(torn.warnings[0])
    write(directory, "run-3", intents=1)
    assert audit.verify(directory).problems == ()


@pytest.mark.parametrize("torn", [b"", b"{" + b"x" * 300_000, b"y\n" * 50_000])
def test_a_long_trail_is_gone_on_with_from_its_last_record(tmp_path: Path, torn: bytes) -> None:
    """Only its end is read, as far back as need be: here past more rubbish than is looked at first."""
    file = write(tmp_path, intents=120)
    last = list(audit.read(tmp_path))[-1]
    file.write_bytes(file.read_bytes() + torn)
    with trail(tmp_path, "run-2") as sink:
        sink.record("RECEIVED", "schedule", {})
    new = [record for record in audit.read(tmp_path) if record.run_id == "run-2"]
    assert new[0].seq == last.seq + 1
    assert new[-1].state == "RECEIVED"


def test_the_end_cut_off_is_found_by_the_head_and_a_missing_head_is_a_problem(tmp_path: Path) -> None:
    path = write(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(b"".join(whole.splitlines(keepends=True)[:-1]))
    assert "the end was cut" in str(audit.verify(tmp_path).problems[0])
    path.write_bytes(whole)
    (tmp_path / "audit.head").unlink()
    assert "can't be ruled out" in str(audit.verify(tmp_path).problems[0])


def test_the_whole_file_removed_is_found(tmp_path: Path) -> None:
    write(tmp_path).unlink()
    assert "the end was cut" in str(audit.verify(tmp_path).problems[0])


def test_an_intent_without_outcome_is_shown_and_the_next_run_takes_note_once(tmp_path: Path) -> None:
    with trail(tmp_path) as sink:
        sink.record("INTENT", "expired", {"action_id": "delete:a"})
    assert [record.body["action_id"] for record in audit.verify(tmp_path).open_intents] == ["delete:a"]
    with trail(tmp_path, "run-2") as sink:
        assert [record.body["action_id"] for record in sink.interrupted] == ["delete:a"]
    with trail(tmp_path, "run-3") as sink:
        assert sink.interrupted == ()
    assert audit.verify(tmp_path).problems == ()


def test_a_run_still_at_work_is_not_taken_for_an_interrupted_one(tmp_path: Path) -> None:
    with trail(tmp_path) as working:
        working.record("INTENT", "expired", {"action_id": "delete:a"})
        with trail(tmp_path, "run-2") as other:
            assert other.interrupted == ()
        working.record("OUTCOME", "done", {"action_id": "delete:a"})
    assert audit.verify(tmp_path).problems == ()


def test_threads_and_trails_that_write_at_once_leave_one_whole_chain(tmp_path: Path) -> None:
    with trail(tmp_path) as one, trail(tmp_path, "run-2") as two:
        threads = [
            threading.Thread(
                target=lambda sink=sink: [sink.record("INTENT", "x", {"action_id": "a"}) for _ in range(20)]
            )
            for sink in (one, two) * 4
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    verification = audit.verify(tmp_path)
    assert (verification.problems, verification.records) == ((), 160)


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from driftguard import audit
from driftguard.model import Mode
from driftguard.ports import RunContext
context = RunContext("killed", Mode.LIVE, "0" * 64, {})
with audit.Trail.open(Path(sys.argv[1]), context, lambda: datetime.now(UTC), lambda text: text) as sink:
    for number in range(10_000_000):
        sink.record("INTENT", "x" * 500, {"action_id": str(number)})
        print(number, flush=True)
"""


def test_what_record_returned_for_is_on_disk_after_a_kill(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout
        promised = [int(writer.stdout.readline()) for _ in range(25)]
        os.kill(writer.pid, signal.SIGKILL)
        promised += [int(line) for line in writer.stdout if line.endswith("\n")]
    kept = {record.body["action_id"] for record in audit.read(tmp_path)}
    assert {str(number) for number in promised} <= kept
    assert audit.verify(tmp_path).problems == ()


def test_a_trail_that_cannot_be_written_is_an_error_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(AuditError, match="nothing is changed; --audit-dir names another place"):
        trail(tmp_path / "taken")


def test_a_full_disk_is_an_error_before_anything_is_changed(tmp_path: Path) -> None:
    with trail(tmp_path) as sink:
        os.close(sink._file)
        sink._file = os.open("/dev/full", os.O_RDWR)
        with pytest.raises(AuditError):
            sink.record("INTENT", "expired", {})


def test_a_trail_cut_under_a_running_writer_stops_it(tmp_path: Path) -> None:
    with trail(tmp_path) as sink:
        sink.record("RECEIVED", "schedule", {})
        os.truncate(tmp_path / "audit.jsonl", 10)
        with pytest.raises(AuditError, match="was cut"):
            sink.record("INTENT", "expired", {})


def test_secrets_never_reach_the_disk(tmp_path: Path) -> None:
    with trail(tmp_path, redact=lambda text: text.replace("hunter2", "[redacted]")) as sink:
        sink.record("FAILED", "said hunter2", {"error": ["hunter2", {"deep": "hunter2"}]})
    assert b"hunter2" not in (tmp_path / "audit.jsonl").read_bytes()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    )
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_body_holds_verifies(tmp_path_factory: pytest.TempPathFactory, value: object) -> None:
    directory = tmp_path_factory.mktemp("trail")
    with trail(directory) as sink:
        sink.record("RECEIVED", "x", {"value": value})
    assert audit.verify(directory).problems == ()


def test_the_commands_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "trail")
    assert within("audit", "verify", "trail", cwd=tmp_path, environ={}) == (0, "intact: 8 records, 1 runs, 1 file\n")
    code, shown = within("audit", "show", "trail", cwd=tmp_path, environ={})
    assert (code, len(shown.splitlines())) == (0, 8)
    assert shown.startswith("2026-11-23 12:00:00  live     run-1  RECEIVED   alice  schedule")
    path.write_bytes(path.read_bytes().replace(b"alice", b"mallo"))
    code, said = within("audit", "verify", "trail", cwd=tmp_path, environ={})
    assert code == 1
    assert "NOT INTACT" in said


def test_a_line_shown_to_people_has_no_control_characters(tmp_path: Path) -> None:
    with trail(tmp_path) as sink:
        sink.record("RECEIVED", "a\x1b[31mred\nFAKE LINE", {})
    [record] = audit.read(tmp_path)
    assert audit.line(record).isprintable()


def test_no_trail_is_one_line_that_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = within("audit", "verify", "nowhere", cwd=tmp_path, environ={})
    assert code == 3
    assert "there is no audit trail" in capsys.readouterr().err
