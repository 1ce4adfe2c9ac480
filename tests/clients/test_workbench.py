"""The command that tries a stranger's files: what it is given, and what its words can do to the job."""

import base64
from pathlib import Path
from typing import Any

import pytest

from driftguard.clients.workbench import Reading, Workbench
from driftguard.ports import Wanted

NAMES = ("GITHUB_ENV", "GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STATE", "GITHUB_STEP_SUMMARY")


class Origin:
    """An API that has one file."""

    def get(self, path: str, **query: str) -> dict[str, Any]:
        return {
            "type": "file",
            "encoding": "base64",
            "content": base64.b64encode(b"::error::from a contract\n").decode(),
        }


def tried(directory: Path, *command: str, **environ: str) -> str:
    given = {"PATH": "/usr/bin:/bin", **dict.fromkeys(NAMES, str(directory / "shared")), **environ}
    reading = Reading(lambda _: "digest", lambda _runs, _digest: (), lambda _statuses, _nonce: False)
    bench = Workbench(lambda _repo, _right: Origin(), given, directory, reading)  # type: ignore[arg-type,return-value]
    return bench.try_contract(Wanted("acme/shop", "5a" * 20, "digest", ("api.yaml",)), command, 10).says


def test_what_it_prints_is_no_command_and_not_in_the_report(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert tried(tmp_path, "sh", "-c", "cat $DRIFTGUARD_CONTRACT/api.yaml", GITHUB_ACTIONS="true") == "passed"
    out, err = capfd.readouterr()
    silence, printed, again = err.splitlines()
    assert out == ""
    assert silence.startswith("::stop-commands::")
    assert (printed, again) == ("::error::from a contract", f"::{silence.rpartition(':')[2]}::")


@pytest.mark.parametrize("name", NAMES)
def test_it_reaches_no_later_step_of_the_job(name: str, tmp_path: Path) -> None:
    assert tried(tmp_path, "sh", "-c", f'test -z "${name}"') == "passed"
