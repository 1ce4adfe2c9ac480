"""Where .proto files lie below their import root: buf is given every file at the path that others import it by."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from driftguard.cross_repo import sides
from driftguard.cross_repo.contracts.changes import Version

_IMPORT = re.compile(rb"""^\s*import\s+(?:public\s+|weak\s+|option\s+)?["']([^"'\n]+)["']\s*;""", re.MULTILINE)
_PACKAGE = re.compile(rb"^\s*package\s+([\w.]+)\s*;", re.MULTILINE)
BUNDLED = "google/protobuf/"
"""What buf brings along itself."""


@dataclass
class Layout:
    """One version, laid out. ``files`` is keyed by import path; ``origins`` leads back to the version's own path."""

    version: Version
    files: dict[str, bytes] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, placed: str, data: bytes) -> None:
        sides.text(path, data)  # buf takes bytes that aren't UTF-8 for an empty file
        self.files[placed] = data
        self.origins[placed] = path


def laid_out(old: Version, new: Version) -> tuple[Layout, Layout]:
    """Both versions by the same import roots, so that a file keeps its path; a lone pair gets one name."""
    roots = sorted({*_roots(old), *_roots(new)}, key=len, reverse=True)
    before, after = _placed(old, roots), _placed(new, roots)
    if len(old.paths) == 1 and len(new.paths) == 1:
        _rename(before, old.paths[0], _below(new.paths[0], roots))
    return before, after


def _rename(layout: Layout, path: str, placed: str) -> None:
    was = next(at for at, origin in layout.origins.items() if origin == path)
    layout.files[placed] = layout.files.pop(was)
    layout.origins[placed] = layout.origins.pop(was)


def _placed(version: Version, roots: list[str]) -> Layout:
    layout = Layout(version)
    for path in version.paths:
        layout.add(path, _below(path, roots), sides.listed(version, path))
    missing = [(path, name) for path in version.paths for name in imports(layout.files[_below(path, roots)])]
    while missing:
        path, name = missing.pop()
        found = None if name in layout.files else _imported(version, path, name)
        if found is not None:
            layout.add(found[0], name, found[1])
            missing.extend((found[0], other) for other in imports(found[1]))
    return layout


def _below(path: str, roots: Iterable[str]) -> str:
    return next((path.removeprefix(root) for root in roots if path.startswith(root)), path)


def _roots(version: Version) -> Iterator[str]:
    """The directories (``proto/``) that imports are relative to, from imports that resolve and from packages."""
    for path in version.paths:
        data = sides.listed(version, path)
        for name in imports(data):
            found = _imported(version, path, name)
            if found is not None:
                yield found[0].removesuffix(name)
        package = _PACKAGE.search(data)
        folder = path.rpartition("/")[0]
        if package:
            inner = package[1].decode().replace(".", "/")
            if folder == inner or folder.endswith(f"/{inner}"):
                yield f"{folder.removesuffix(inner)}"


def imports(data: bytes) -> list[str]:
    """The paths that a file imports, without those that buf has itself."""
    names = [match.decode("utf-8", "replace") for match in _IMPORT.findall(data)]
    return [name for name in names if not name.startswith(BUNDLED) and _harmless(name)]


def _harmless(name: str) -> bool:
    return not name.startswith("/") and ".." not in name.split("/") and "\0" not in name


def _imported(version: Version, path: str, name: str) -> tuple[str, bytes] | None:
    """The imported file, looked for from the importing one's directory upwards."""
    folder = path
    while folder:
        folder = folder.rpartition("/")[0]
        candidate = f"{folder}/{name}" if folder else name
        data = version.read(candidate)
        if data is not None:
            return candidate, data
    return None
