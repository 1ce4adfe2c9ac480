"""A caller that GitHub would refuse is told before the night."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from stage.act import ROOT, callers

from driftguard import doctor, policy_file, wiring
from driftguard.doctor.checks.workflows import CHECK, NEEDED

LEVELS = ("none", "read", "write")
CALLER = """\
on: pull_request
permissions: {outer}
jobs:
  driftguard:
    {inner}
    uses: acme/driftguard/.github/workflows/{name}@{ref}
"""
ALL = "permissions: {contents: read, id-token: write}"


def look(directory: Path, policy: str = "version: 1\nrules: []\n") -> list[str]:
    def never(*_: str) -> Any:
        raise AssertionError

    parsed = policy_file.parse(policy.encode(), "policy.yaml")
    patient = doctor.Patient(
        directory, "acme/shop", parsed, {}, never, never, never, lambda: "", wiring.is_key_file, never
    )
    return [f"{result.state.value} {result.said}" for result in CHECK.look(patient)]


def caller(
    directory: Path, inner: str = ALL, outer: str = "{}", name: str = "janitor-cron.yml", ref: str = "5a" * 20
) -> list[str]:
    file = directory / ".github" / "workflows" / "driftguard.yml"
    file.parent.mkdir(parents=True)
    file.write_text(CALLER.format(inner=inner, outer=outer, name=name, ref=ref))
    return look(directory)


@pytest.mark.parametrize("name", NEEDED)
def test_what_is_needed_is_what_the_workflow_s_jobs_ask_for(name: str) -> None:
    asked: dict[str, str] = {}
    for job in yaml.load((ROOT / ".github" / "workflows" / name).read_text(), Loader=yaml.BaseLoader)["jobs"].values():
        for permission, level in job["permissions"].items():
            asked[permission] = max(asked.get(permission, "none"), level, key=LEVELS.index)
    assert asked == NEEDED[name]


@pytest.mark.parametrize("accounts", [(), ("123456789012",)], ids=["no cloud", "a cloud"])
def test_what_init_writes_is_healthy(accounts: tuple[str, ...], tmp_path: Path) -> None:
    for path, text in callers("acme/shop", "version: 1\n", accounts).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    results = look(tmp_path)
    assert len(results) == (2 if accounts else 1)
    assert all(result.startswith("ok ") for result in results), results


ILL = [
    ({"inner": "permissions: {contents: read}"}, "fail driftguard.yml, job driftguard: GitHub starts nothing, since"),
    ({"inner": "name: x"}, "fail driftguard.yml, job driftguard: GitHub starts nothing, since"),
    ({"inner": "name: x", "outer": "write-all"}, "ok "),
    ({"inner": "permissions: read-all"}, "fail "),
    ({"ref": "v1"}, "warn driftguard.yml, job driftguard: 'v1' can be moved"),
    ({"ref": "0" * 40}, "fail driftguard.yml, job driftguard: names no commit"),
]


@pytest.mark.parametrize(("how", "said"), ILL, ids=[str(how)[:40] for how, _ in ILL])
def test_each_illness_shows(how: dict[str, str], said: str, tmp_path: Path) -> None:
    assert any(result.startswith(said) for result in caller(tmp_path, **how))


def test_a_night_that_nobody_starts_is_told(tmp_path: Path) -> None:
    caller(tmp_path, inner="permissions: write-all", name="driftguard-main.yml")
    policy = "version: 1\nrules: [{name: nightly, on: [schedule], run: janitor}]\n"
    assert any("nothing calls janitor-cron.yml" in result for result in look(tmp_path, policy))


def test_aliases_that_would_grow_without_end_are_not_spelled_out(tmp_path: Path) -> None:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "x.yml").write_text("\n".join([*lines, "jobs: {a: {uses: *a29}}"]))
    assert look(tmp_path) == ["warn no workflow here calls DriftGuard's"]


@pytest.mark.parametrize("text", ["", "[]", "jobs: 3", "jobs: {a: 3}", "a: [", "\x00"])
def test_what_is_no_workflow_is_passed_over(text: str, tmp_path: Path) -> None:
    (tmp_path / ".github" / "workflows").mkdir(parents=True)
    (tmp_path / ".github" / "workflows" / "x.yml").write_text(text)
    assert look(tmp_path) == ["warn no workflow here calls DriftGuard's"]
