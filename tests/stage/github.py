"""A fresh GitHub for a test; whatever it had to refuse, the test must have meant."""

from collections.abc import Iterator

import pytest
from fakes.github import FakeGitHub, serving


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    """Empty but for acme/shop. A request that GitHub would refuse fails the test, unless it empties ``refused``."""
    with serving(FakeGitHub()) as fake:
        fake.repo()
        yield fake
        assert fake.refused == []
