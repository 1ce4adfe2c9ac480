"""Clouds on this machine that the contract suite of the janitor's ports runs over, a file a cloud.

Each file exports ``WORLD``, with its ``kind`` and ``open``; ``tests/janitor/test_cloud_contract.py`` finds it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import ClassVar, Protocol

import pytest

from driftguard.ports import Cloud, CloudWriter


class World(Protocol):
    """One empty cloud and hands to arrange things in it past DriftGuard; names are all that a test knows.

    Which type a thing has is the world's choice, a different one for each method where that is easier.
    """

    @property
    def provider(self) -> str:
        """``aws``."""

    @property
    def ours(self) -> Mapping[str, str]:
        """Tags, as this cloud can hold them, that make a thing ours: the owner and an environment."""

    @property
    def cloud(self) -> Cloud:
        """The read side. A new one each time: what was read once must not be remembered."""

    @property
    def writer(self) -> CloudWriter:
        """The write side."""

    def write_through_reader(self) -> None:
        """Send a write over the read side's own session: raises what that raises."""

    def written(self) -> int:
        """Requests of DriftGuard's that reached the cloud so far and weren't reads."""

    def put(self, name: str, tags: Mapping[str, str]) -> None:
        """Make something that nothing holds or protects, seconds old."""

    def put_protected(self, name: str, tags: Mapping[str, str]) -> None:
        """Make something that the cloud itself protects from deletion."""

    def put_in_use(self, name: str, tags: Mapping[str, str]) -> None:
        """Make something that can't go while another thing is there."""

    def retag(self, name: str, tags: Mapping[str, str]) -> None:
        """Give what ``put`` made exactly these tags."""

    def remove(self, name: str) -> None:
        """Take away what ``put`` made."""

    def mute(self, name: str) -> None:
        """From now on nobody may read what ``put`` made, or its tags, one by one."""

    def blind(self) -> None:
        """From now on a listing is refused."""

    def names(self) -> set[str]:
        """All that is there and was put, past DriftGuard."""


class Opens(Protocol):
    """What a world's file exports."""

    kind: ClassVar[str]

    def open(self, request: pytest.FixtureRequest) -> AbstractContextManager[World]:
        """An empty world; ``request`` gives the test's fixtures (``moto_server``, ``monkeypatch``, ``tmp_path``)."""
