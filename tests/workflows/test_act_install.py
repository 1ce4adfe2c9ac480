"""The installation as the action makes it, with nothing taken from the environment that runs the tests."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.github import FakeGitHub
from stage.act import Act, callers
from stage.hosted import Hosted

pytestmark = pytest.mark.long

POLICY = "version: 1\nrules: [{name: docs, on: [pull_request.opened], run: ai_sync}]\n"


@pytest.fixture
def index(tmp_path: Path) -> None:
    """Packages can be downloaded, or there is nothing to try."""
    words = ("--quiet", "--no-deps", "--retries", "0", "--dest", str(tmp_path / "tried"), "six")
    if subprocess.run([sys.executable, "-m", "pip", "download", *words], check=False, capture_output=True).returncode:
        pytest.skip("no package index can be reached")


@pytest.mark.usefixtures("index")
def test_it_is_downloaded_once_then_comes_from_the_cache_and_no_changed_wheel_gets_in(
    tmp_path: Path, hub: FakeGitHub
) -> None:
    act = Act(tmp_path, hub, install=None)
    shop = Hosted.make("acme/shop", hub, act.work, callers("acme/shop", POLICY) | {"README.md": "# Shop\n"})
    shop.push({"app.py": "x = 1\n"})

    def installed() -> str:
        ran = act.run(shop, "pull_request", shop.pull_request("opened"), job="check", commit=shop.merge)
        assert ran.jobs == {"DriftGuard": "success"}, ran.log
        return ran.log

    assert "cache-hit=false" in installed()
    [kept] = (act.work / "cache").iterdir()
    act.environ |= {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0"}
    assert "cache-hit=true" in installed()
    [typer] = kept.glob("typer-*.whl")
    shutil.copyfile(next(kept.glob("click-*.whl"), next(kept.glob("pyyaml-*.whl"))), typer)
    ran = act.run(shop, "pull_request", shop.pull_request("opened"), job="check", commit=shop.merge)
    assert ran.jobs == {"DriftGuard": "failure"}
    assert "Hash mismatch for `typer" in ran.log
