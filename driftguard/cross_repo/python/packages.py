"""The modules of one version, laid out as importable packages and read by griffe; nothing of them is ever run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Unreadable, Version
from driftguard.errors import MissingExtra

if TYPE_CHECKING:
    from griffe import Alias, Object

NAMELESS = "contract"
"""The package whose own directory is the contract: nobody says what it is called."""

SUFFIXES = (".py", ".pyi")


@dataclass(frozen=True)
class Packages:
    """``roots``: top-level name -> griffe's object. ``origins``: laid-out file -> the version's path."""

    roots: Mapping[str, Object | Alias]
    origins: Mapping[Path, str]


def read(version: Version, directory: Path, lone: str) -> Packages:
    """Lays the version out below ``directory`` and reads it. ``lone`` names the file of a contract that is one file.

    Raises ``Unreadable`` at the first line that isn't Python.
    """
    origins: dict[Path, str] = {}
    for path in version.paths:
        text = sides.read_text(version, path)
        _check(path, text)
        placed = lone or _placed(version, path)
        if all(part.isidentifier() for part in placed.rpartition(".")[0].split("/")):
            file = directory / placed
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            origins[file] = path
    return Packages(dict(_loaded(directory)), origins)


def _check(path: str, text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an odd escape in somebody's source is none of our business
            ast.parse(text)
    except SyntaxError as error:
        raise Unreadable(path, error.lineno or 1, error.offset or 1, f"not Python: {error.msg}") from None
    except ValueError as error:
        raise Unreadable(path, 1, 1, f"not Python: {error}") from None


def _placed(version: Version, path: str) -> str:
    """The path below the directory that is on ``sys.path``: above the topmost package that the file lies in."""
    folder, _, name = path.rpartition("/")
    inside: list[str] = [name]
    while f"{folder}/__init__.py".lstrip("/") in version.paths:
        folder, _, package = folder.rpartition("/")
        inside.insert(0, package or NAMELESS)
        if package in ("", NAMELESS) and not folder:
            break
    return "/".join(inside)


def _loaded(directory: Path) -> Iterator[tuple[str, Object | Alias]]:
    try:
        from griffe import GriffeError, GriffeLoader  # noqa: PLC0415 - an extra, and slow to import
    except ImportError as error:
        raise MissingExtra("contracts", "comparing Python packages") from error
    loader = GriffeLoader(search_paths=[directory], allow_inspection=False)
    names = sorted({entry.name.partition(".")[0] for entry in directory.iterdir()})
    for name in names:
        try:
            yield name, loader.load(name, try_relative_path=False)
        except (GriffeError, ImportError) as error:
            raise Unreadable(name, 1, 1, f"can't be read as a package: {error}") from None
    loader.resolve_aliases(implicit=False, external=False)
