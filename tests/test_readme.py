"""The README tells what is there: its tables name every kind that the code discovers, and every command."""

import re
from pathlib import Path

import pytest
import typer.main

import driftguard
from driftguard import policy_file
from driftguard.cli import app
from driftguard.registry import discover

ROOT = Path(driftguard.__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGES = {
    "ai_sync reads": ("driftguard.ai_sync.detectors", "DETECTOR"),
    "janitor deletes on AWS": ("driftguard.janitor.resources.aws.kinds", "RESOURCE"),
    "cross_repo compares": ("driftguard.cross_repo.contracts", "DIFFER"),
    "executors": ("driftguard.executors", "EXECUTOR"),
    "reports": ("driftguard.report", "RENDERER"),
}


def row(name: str) -> set[str]:
    [cells] = re.findall(rf"^\| {re.escape(name)} \| (.*) \|$", README, re.MULTILINE)
    return set(re.findall(r"`([^`]+)`", cells))


@pytest.mark.parametrize("name", PACKAGES)
def test_the_table_of_kinds_is_what_the_code_discovers(name: str) -> None:
    assert row(name) == set(discover(*PACKAGES[name]))


def test_every_command_is_in_the_table_of_commands() -> None:
    root = typer.main.get_command(app)
    groups = getattr(root, "commands", {})
    names = {
        f"{name} {inner}" if inner else name
        for name, command in groups.items()
        for inner in getattr(command, "commands", {"": None})
    }
    assert names == set(re.findall(r"^\| `driftguard ([a-z]+(?: [a-z]+)?)", README, re.MULTILINE))


@pytest.mark.parametrize("page", sorted(path.name for path in ROOT.glob("*.md")))
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", (ROOT / page).read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_the_policy_for_three_clouds_in_the_docs_is_one() -> None:
    text = (ROOT / "docs" / "clouds.md").read_text(encoding="utf-8")
    [policy] = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    clouds = policy_file.parse(policy.encode(), "docs/clouds.md").janitor.clouds
    assert None not in (clouds.aws, clouds.azure, clouds.gcp)
