"""What the tests with act have in common."""

from pathlib import Path

import pytest
from fakes.github import FakeGitHub
from stage.act import Act


@pytest.fixture
def act(tmp_path: Path, hub: FakeGitHub) -> Act:
    return Act(tmp_path, hub)
