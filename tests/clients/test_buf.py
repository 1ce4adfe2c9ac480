"""The buf binary's surroundings: copies in a directory of its own, a home of its own, nothing of ours."""

import json
from pathlib import Path

import pytest

from driftguard.clients.buf import Buf
from driftguard.errors import MissingExtra, PermanentError
from driftguard.ports import BufSays

REPORTER = """\
#!/bin/sh
printf '{"type": "COMPILE", "path": "x", "start_line": 3, "start_column": 4, "message": "%s"}\\n' \
  "$(env | cut -d= -f1 | sort | tr '\\n' ' ')|$HOME|$(pwd)|$(find .. -type f | sort | tr '\\n' ' ')|$*"
exit 100
"""


def instead(monkeypatch: pytest.MonkeyPatch, folder: Path, script: str) -> None:
    """``script`` is found where buf is looked for."""
    (folder / "buf").write_text(script)
    (folder / "buf").chmod(0o755)
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(folder))


def test_buf_sees_copies_and_a_home_of_its_own_and_no_variable_of_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUF_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    instead(monkeypatch, tmp_path, REPORTER)
    (said,) = Buf().buf_breaking({"a/o.proto": b"old"}, {"a/n.proto": b"new"})
    names, home, folder, files, words = said.message.split("|")
    assert said == BufSays("COMPILE", "x", 3, 4, said.message)
    assert set(names.split()) <= {"BUF_CACHE_DIR", "HOME", "PATH", "PWD", "OLDPWD", "SHLVL", "XDG_CACHE_HOME", "_"}
    assert Path(home).parent == Path(folder).parent
    assert files.split() == ["../new/a/n.proto", "../new/buf.yaml", "../old/a/o.proto"]
    assert words == "breaking . --against ../old --error-format json"
    assert not Path(folder).exists()


@pytest.mark.parametrize("name", ["../x.proto", "/etc/x.proto", "a/../../x.proto", "a\0.proto"])
def test_no_path_of_a_contract_leads_out(name: str) -> None:
    with pytest.raises(PermanentError, match="leads out of the contract"):
        Buf().buf_breaking({"a.proto": b""}, {name: b""})


def test_a_path_that_is_both_a_file_and_a_directory_is_refused() -> None:
    with pytest.raises(PermanentError, match="can't be laid out"):
        Buf().buf_breaking({}, {"a": b"", "a/b.proto": b""})


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("#!/bin/sh\nexit 1\n", "exit code 1: it said nothing"),
        ("#!/bin/sh\necho words; exit 100\n", "isn't understood: 'words'"),
        ("#!/bin/sh\necho '{}'; exit 100\n", "isn't understood"),
    ],
)
def test_an_answer_that_isn_t_one_is_an_error_never_no_changes(
    script: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    instead(monkeypatch, tmp_path, script)
    with pytest.raises(PermanentError, match=said):
        Buf().buf_breaking({}, {})


def test_a_hanging_buf_is_given_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    instead(monkeypatch, tmp_path, "#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr("driftguard.clients.buf.SECONDS", 0.2)
    with pytest.raises(PermanentError, match="didn't finish"):
        Buf().buf_breaking({}, {})


def test_a_missing_binary_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_path", lambda _: str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(MissingExtra, match="contracts"):
        Buf().buf_breaking({}, {})


def test_the_real_one_speaks_json() -> None:
    good = b'syntax = "proto3"; message M { string a = 1; }'
    assert Buf().buf_breaking({"a.proto": good}, {"a.proto": good}) == []
    said = Buf().buf_breaking({"a.proto": good}, {"a.proto": good.replace(b"string a", b"bytes a")})
    assert {one.rule for one in said} >= {"FIELD_SAME_TYPE"}
    assert json.dumps([one.path for one in said]) == json.dumps(["a.proto"] * len(said))
