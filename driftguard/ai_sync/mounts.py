"""Where one file of routes is mounted by another: the paths that come before its own.

Express and Koa (``app.use("/api", users)``), FastAPI and Flask (``include_router(users.router, prefix="/api")``), and
Django (``path("api/", include("users.urls"))``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from posixpath import normpath

from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ai_sync.syntax import bracketed, keyword, split
from driftguard.ports import SourceTree

_WORDS = ("use", "include_router", "register_blueprint", "include")
_PYTHON = ("*.py",)
_JAVASCRIPT = ("*.js", "*.mjs", "*.cjs", "*.ts", "*.mts")
CSHARP = ("*.cs",)
_SUFFIXES = ("", ".cs", ".js", ".mjs", ".cjs", ".ts", ".mts", ".py", "/index.js", "/index.ts", "/__init__.py")
_USE = re.compile(r"\.use\(\s*[\"'`](?P<prefix>/[^\"'`]*)[\"'`]\s*,")
_INCLUDE = re.compile(r"\.(?:include_router|register_blueprint)\(")
_DJANGO = re.compile(
    r"\b(?:path|re_path|url)\(\s*r?[\"'](?P<prefix>[^\"']*)[\"']\s*,\s*include\(\s*[\"'](?P<module>[\w.]+)"
)
_LINE = re.compile(rf"{_USE.pattern}|{_INCLUDE.pattern}|\binclude\(\s*[\"']")
_IMPORT = re.compile(
    r"import\s+(?P<names>[^;\"'\n]+?)\s+from\s+[\"'](?P<path>\.[^\"']*)[\"']"
    r"|(?:const|let|var)\s+(?P<bound>[^=\n]+?)\s*=\s*(?:await\s+import|require)\(\s*[\"'](?P<required>\.[^\"']*)[\"']"
)
_REQUIRED = re.compile(r"require\(\s*[\"'](?P<path>\.[^\"']*)[\"']")
_FROM = re.compile(r"^\s*from\s+(?P<module>[\w.]+)\s+import\s+(?P<names>\([^)]*\)|[^\n]+)", re.MULTILINE)
_DEEP = re.compile(r"/[^/]*[A-Za-z]{3}[^/]*/.")
_MOST_FILES = 60
_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Mount:
    """``path`` is the module's without its suffix, as far as it is known from its end."""

    by: str
    path: str
    prefix: str


def mounted(items: Sequence[Item], mounts: Sequence[Mount]) -> list[Item]:
    """Routes with what they are mounted below before them; documentation may name them without it."""
    return [_mounted(item, mounts) if item.kind is ItemKind.HTTP_ROUTE else item for item in items]


def specs_of(items: Iterable[Item]) -> tuple[str, ...]:
    """Where the routes among ``items`` may be mounted: in files of their own languages."""
    ends = {PurePosixPath(item.path).suffix for item in items if item.kind is ItemKind.HTTP_ROUTE}
    kinds = (_PYTHON, _JAVASCRIPT, CSHARP)
    return tuple(spec for specs in kinds if ends & {spec[1:] for spec in specs} for spec in specs)


def find(tree: SourceTree, revision: str, specs: Sequence[str]) -> list[Mount]:
    """Every mount in the files of one revision that ``specs`` name. One search, and the files that mount are read."""
    specs = [spec for spec in specs if spec not in CSHARP]
    paths = {hit.path for hit in tree.search(revision, _WORDS, specs) if _LINE.search(hit.text)} if specs else ()
    found: list[Mount] = []
    for path, data in tree.read_many(revision, sorted(paths)[:_MOST_FILES]):
        text = data.decode(errors="replace")
        found += _python(path, text) if path.endswith(".py") else _javascript(path, text)
    return found


def _mounted(item: Item, mounts: Sequence[Mount]) -> Item:
    prefix = _prefix(item.path, mounts, _DEPTH)
    if not prefix:
        return item
    name = re.sub(r"/{2,}", "/", f"/{prefix}/{item.name}").rstrip("/") or "/"
    return replace(item, name=name, aliases=(*item.aliases, item.name) if _DEEP.search(item.name) else item.aliases)


def _prefix(path: str, mounts: Sequence[Mount], depth: int) -> str:
    """The one prefix of a file; files that are mounted twice have none that can be told."""
    below = [mount for mount in mounts if mount.by != path and _is(path, mount.path)]
    if not depth or len({mount.prefix for mount in below}) != 1:
        return ""
    above = _prefix(below[0].by, mounts, depth - 1)
    return f"{above}/{below[0].prefix}"


def _is(path: str, module: str) -> bool:
    return any(f"/{path}".endswith(f"/{module}{suffix}") for suffix in _SUFFIXES)


def _javascript(path: str, text: str) -> Iterator[Mount]:
    modules = _imported(text)
    for use in _USE.finditer(text):
        inside = bracketed(text, text.index("(", use.start()))
        words = re.findall(r"[A-Za-z_$][\w$]*", inside)
        named = [modules[word] for word in words if word in modules]
        for module in (*named, *(found["path"] for found in _REQUIRED.finditer(inside))):
            yield Mount(path, _beside(path, module), use["prefix"])


def _imported(text: str) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for match in _IMPORT.finditer(text):
        for name in re.findall(r"[A-Za-z_$][\w$]*", match["names"] or match["bound"]):
            found[name] = match["path"] or match["required"]
    return found


def _beside(path: str, module: str) -> str:
    plain = normpath(str(PurePosixPath(path).parent / module))
    return re.sub(r"\.(?:m|c)?[jt]s$", "", plain)


def _python(path: str, text: str) -> Iterator[Mount]:
    modules = dict(_names(path, text))
    for call in _INCLUDE.finditer(text):
        parts = [part.strip() for part in split(bracketed(text, call.end() - 1)[1:-1])]
        options = dict(keyword(part) for part in parts[1:])
        prefix = (options.get("prefix") or options.get("url_prefix") or "").strip("\"'")
        module = modules.get(parts[0].partition(".")[0]) if parts else None
        if prefix and module:
            yield Mount(path, module, prefix)
    for route in _DJANGO.finditer(text):
        yield Mount(path, route["module"].replace(".", "/"), route["prefix"].strip("^$"))


def _names(path: str, text: str) -> Iterator[tuple[str, str]]:
    """Imported names; one of ``from a import b`` may be the module ``a/b`` or be bound in ``a``."""
    for match in _FROM.finditer(text):
        dots = len(match["module"]) - len(match["module"].lstrip("."))
        above = str(PurePosixPath(path).parents[dots - 1]) if dots and len(PurePosixPath(path).parents) >= dots else ""
        module = "/".join(part for part in (above.strip("."), match["module"].strip(".").replace(".", "/")) if part)
        for part in match["names"].strip("()").split(","):
            words = part.split()
            if words:
                routed = re.search(r"router|bp$|blueprint|^app$|^api$", words[0], re.IGNORECASE)
                yield words[-1], module if routed else f"{module}/{words[0]}".lstrip("/")
