"""The demo's clouds stand up to the real command line, and its story ends as it says."""

import io
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rich.console import Console
from stage.command import within

from driftguard.demo import azure, gcp, repository
from driftguard.demo.cast import GOES, Cloud, Names
from driftguard.demo.loopback import Loopback
from driftguard.demo.main import run


def cast(cloud: Cloud, *fates: str) -> Names:
    return {(each.kind, each.name) for each in cloud.cast if each.fate in fates}


def test_an_azure_and_a_google_cloud_of_the_demo_s_own_end_as_their_cast_says(tmp_path: Path) -> None:
    """Without moto, which needs seconds to begin."""
    with ExitStack() as stack:
        loopback, now = Loopback(tmp_path / "clouds"), datetime.now(UTC)
        clouds = {
            name: stack.enter_context(module.embedded(loopback, now))
            for name, module in (("azure", azure), ("gcp", gcp))
        }
        before = {name: cloud.names() for name, cloud in clouds.items()}
        (tmp_path / "policy.yaml").write_text(repository.policy({name: each.policy for name, each in clouds.items()}))
        repository.go_live(tmp_path)
        environ = {"NO_PROXY": "*", **clouds["azure"].environ, **clouds["gcp"].environ}
        code, printed = within("run", "--event-name", "schedule", cwd=tmp_path, environ=environ)
        assert code == 0, printed
        for name, cloud in clouds.items():
            assert before[name] >= {(each.kind, each.name) for each in cloud.cast}
            assert before[name] - cloud.names() == cast(cloud, GOES)


@pytest.mark.long
def test_the_whole_story_ends_well_and_is_drawn(tmp_path: Path) -> None:
    console = Console(file=io.StringIO(), width=100, record=True, force_terminal=True)
    assert run(console, tmp_path / "demo", tmp_path / "demo.svg") == 0
    assert "9 expired are gone" in (tmp_path / "demo.svg").read_text().replace("&#160;", " ")
