"""What every test has in common: surroundings that can't change a result."""

import logging
import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

HOSTILE_PREFIXES = ("GITHUB_", "AWS_", "AZURE_", "GOOGLE_", "GCP_", "GIT_", "ACTIONS_", "RUNNER_", "DRIFTGUARD_", "TF_")
HOSTILE_NAMES = ("CI", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONWARNINGS", "TERM")

settings.register_profile(
    "suite",
    deadline=None,  # machines differ; time is measured in bench/
    derandomize=True,  # the same examples everywhere; `--hypothesis-profile=explore` looks further
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("deep", settings.get_profile("suite"), max_examples=1000)  # part of `make long`
settings.register_profile("explore", max_examples=2000, deadline=None)
settings.load_profile("suite")


@pytest.fixture(autouse=True)
def quiet_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variable of the machine, no proxy and no git configuration reaches a test."""
    for name in list(os.environ):
        if name.startswith(HOSTILE_PREFIXES) or name in HOSTILE_NAMES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("NO_PROXY", "*")


@pytest.fixture(autouse=True)
def quiet_logs() -> Iterator[None]:
    """A command that runs inside a test configures our logger; the next test finds it as Python makes it."""
    log = logging.getLogger("driftguard")
    before = log.handlers[:], log.propagate, log.level
    yield
    log.handlers[:], log.propagate = before[0], before[1]
    log.setLevel(before[2])


pytest_plugins = [
    "stage.moto_cloud",
    "stage.azure_cloud",
    "stage.google_cloud",
    "stage.three_clouds",
    "stage.worlds.aws",
    "stage.github",
    "stage.app_key",
    "stage.pull_request",
    "stage.terraform",
]
