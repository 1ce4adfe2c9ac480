"""Discovery: a new kind of thing is one new file that exports one constant; nothing else has to know.

``discover("driftguard.report", "RENDERER")`` imports every module of that package and collects the constant
under its ``kind``. Two files that claim one kind fail at start-up, as in libnuke's resource registry.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from driftguard.errors import DriftGuardError


class DuplicateKind(DriftGuardError):
    """Two files export the same kind. Always a programming error."""


def modules(package: str) -> Iterator[ModuleType]:
    """Every module and subpackage directly below ``package``, imported, in name order."""
    root = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda info: info.name):
        yield importlib.import_module(f"{package}.{info.name}")


def discover(package: str, constant: str) -> dict[str, Any]:
    """Kind -> exported constant, over the modules of ``package`` that have one. Raises ``DuplicateKind``."""
    found: dict[str, Any] = {}
    for module in modules(package):
        exported = getattr(module, constant, None)
        if exported is None:
            continue
        kind: str = exported.kind
        if kind in found:
            raise DuplicateKind(f"{module.__name__} and another file of {package} both export the kind '{kind}'")
        found[kind] = exported
    return found
