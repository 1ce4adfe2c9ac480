"""Ports with nothing behind them: a test overrides what it uses, and the rest says when it is asked for after all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn


@dataclass
class Nothing:
    """Every attribute that isn't given raises ``AssertionError`` with its name."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name == "given":
            raise AttributeError(name)
        if name in self.given:
            return self.given[name]
        return _unasked(name)


def _unasked(name: str) -> NoReturn:
    raise AssertionError(f"nobody should ask for '{name}' here")


def nothing_but(**given: Any) -> Any:
    """For a port that a test needs only a part of: ``nothing_but(forge=writer)`` as ``ports.Writers``."""
    return Nothing(given)
