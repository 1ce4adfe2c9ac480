"""What only the repository itself asks of itself: local actions and workflows, variables that its scripts set."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from driftguard.ai_sync.items import Item, ItemKind
from driftguard.ports import SourceTree, WordHit

_KINDS = {
    ItemKind.ACTION_INPUT,
    ItemKind.ACTION_OUTPUT,
    ItemKind.WORKFLOW_INPUT,
    ItemKind.WORKFLOW_OUTPUT,
    ItemKind.WORKFLOW_SECRET,
}

SCRIPTS = ("", ".sh", ".bash", ".zsh", ".ksh")
"""Ends of the names of shell scripts; many have none."""


_SCRIPTS = ("*.sh", "*.bash", "*.zsh", *(f":(glob)**/{folder}/**" for folder in ("bin", "libexec", "scripts")))


_BUILT = re.compile(r"(?:Docker|Container|Make)file[^/]*$", re.IGNORECASE)
"""Next to a script, and none: what an image sets is a default that whoever runs it may change."""


def not_set_by_scripts(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without the variables of scripts that another script gives a value of its own."""
    asked = list(items)
    names = sorted({item.name for item in asked if is_script(item)})
    if not names:
        return asked
    places = {(item.name, item.path) for item in asked}
    own = {
        name
        for hit in tree.search(revision, names, (*_SCRIPTS, *_beside(asked)))
        if not _BUILT.search(hit.path)
        for name in names
        if name in hit.text and (name, hit.path) not in places and _sets(name, hit.text)
    }
    return [item for item in asked if not (is_script(item) and item.name in own)]


_IMAGE = re.compile(r"\s*ENV\s")
"""An image's own value is a default that whoever runs it may change."""


def not_given(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without the plain ``$X`` of scripts that anything in the repository but such an expansion speaks of."""
    asked = list(items)
    names = sorted({item.name for item in asked if is_script(item) and _is_plain(item)})
    given = {
        name
        for hit in (tree.search(revision, names) if names else ())
        for name in names
        if name in hit.text
        and not _IMAGE.match(hit.text)
        and re.search(rf"(?<![\w$])(?<!\$[{{])(?<!\$\{{[!#]){name}\b", hit.text)
    }
    return [item for item in asked if not (is_script(item) and _is_plain(item) and item.name in given)]


def _is_plain(item: Item) -> bool:
    """Neither ``${X:-...}`` nor a test of it."""
    if not re.search(rf"\$\{{?{item.name}\b", item.text):
        return False
    return not re.search(rf"\$\{{{item.name}:?[-?=]|\[[^\]]*\b{item.name}\b|\btest\s", item.text)


def not_set_by_build(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without the variables that a crate's build script hands to its compiler."""
    asked = list(items)
    names = sorted({item.name for item in asked if item.kind is ItemKind.ENV_VAR and item.path.endswith(".rs")})
    lines = [hit.text for hit in tree.search(revision, names, ("*.rs",)) if "rustc-env=" in hit.text] if names else []
    own = {name for name in names if any(f"rustc-env={name}=" in line for line in lines)}
    return [item for item in asked if item.name not in own]


_MANY = 300
"""Files; more of them cost git more to tell apart than to read."""


def not_set_by_program(items: Iterable[Item], tree: SourceTree, revision: str, changed: Sequence[str]) -> list[Item]:
    """Without the variables that a program gives a value of its own, for itself or for what it starts.

    What sets a name that is new is new, too: it stands in one of the ``changed`` files of code.
    """
    asked = list(items)
    names = sorted({item.name for item in asked if item.kind is ItemKind.ENV_VAR and not is_script(item)})
    specs = tuple(f":(literal){path}" for path in changed) if len(changed) <= _MANY else ()
    known = set(changed)
    hits = [hit for hit in tree.search(revision, names, specs) if hit.path in known] if names else []
    setting = [hit.text for hit in hits if _SETS_ANY.search(hit.text)]
    own = {
        name
        for name in names
        if any(name in text for text in setting) and _gives(name, [hit for hit in hits if name in hit.text])
    }
    return [item for item in asked if item.kind is not ItemKind.ENV_VAR or item.name not in own]


_CONDITION = re.compile(r"\s*(?:\}?\s*else\s+)?(?:if|unless|when)\b|.*\s(?:if|unless)\s")


def _gives(name: str, hits: Sequence[WordHit]) -> bool:
    """Whether one of these lines sets the variable; a file that speaks of it before only gives it a default."""
    sets = re.compile(_setting(re.escape(name)))
    for hit in hits:
        found = sets.search(hit.text)
        if found is None or _CONDITION.match(hit.text) or hit.text.count(name) > 1:
            continue
        if not any(other.path == hit.path and other.line < hit.line for other in hits):
            return True
    return False


def _setting(word: str) -> str:
    """A regex for code that sets the variable which ``word``, a regex, stands for."""
    key = rf"[\"'`]{word}[\"'`]"
    return (
        rf"(?:environ|\bENV|\b\w*[eE]nv(?:s|ironment|iron)?|_ENV)\[{key}\]\s*=(?![=~>])"
        rf"|process\.env\.{word}\s*=(?![=>])"
        rf"|(?:[sS]etenv|SetEnvironmentVariable|put_env|\.env|put[eE]nv)\(\s*{key}\s*,"
        rf"|\bputenv\(\s*[\"']{word}="
        rf"|\benv(?:ironment)?\s*[:=]\s*\{{[^}}]*[\"'`]?\b{word}[\"'`]?\s*:"
        rf"|\benviron,[^\n]*\b{word}\s*="
    )


_SETS_ANY = re.compile(_setting(r"[\w.:$-]+"))
"""A line that sets any variable: most changes have none, and a regex of one's own for each name takes long to make."""


def not_bound_by_settings(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without Spring's properties that a settings file takes from a variable: that one is what people set."""
    asked = list(items)
    last = {
        item.name: item.name.rpartition(".")[2] for item in asked if item.kind is ItemKind.ENV_VAR and "." in item.name
    }
    if not last:
        return asked
    specs = ("*.yml", "*.yaml", "*.properties")
    lines = [hit.text for hit in tree.search(revision, sorted(set(last.values())), specs)]
    bound = {
        name
        for name, key in last.items()
        if any(re.search(rf"{re.escape(key)}\s*[:=]\s*[\"']?\$\{{", line) for line in lines)
    }
    return [item for item in asked if item.name not in bound]


def is_script(item: Item) -> bool:
    return item.kind is ItemKind.ENV_VAR and PurePosixPath(item.path).suffix in SCRIPTS


def _beside(items: Iterable[Item]) -> set[str]:
    return {f"{PurePosixPath(item.path).parent}/*" for item in items if is_script(item) and "/" in item.path}


def _sets(name: str, line: str) -> bool:
    """``X=value``, where the value isn't what the caller gave; quoted text in an example doesn't count."""
    found = re.match(
        r"\s*(?:(?:export|readonly|declare|typeset)\s+(?:-\w+\s+)*|(?:exec\s+)?env\s.*?|trap\s+[\"'])?"
        rf"\b{name}=(?P<value>.*)",
        line,
    )
    return found is not None and not re.search(rf"\$\{{?{name}\b|[ _]{name}\b", found["value"])


def published(items: Iterable[Item], tree: SourceTree, revision: str) -> list[Item]:
    """Without those of a file that a ``uses: ./...`` in the repository names; a root action is always published."""
    asked = list(items)
    calls = {item.path: _called_as(item.path) for item in asked if item.kind in _KINDS and "/" in item.path}
    if not calls:
        return asked
    specs = (":(glob).github/**/*.yml", ":(glob).github/**/*.yaml")
    lines = [hit.text for hit in tree.search(revision, ["uses"], specs)]
    internal = {path for path, call in calls.items() if any(_uses(line, call) for line in lines)}
    return [item for item in asked if item.path not in internal]


def _called_as(path: str) -> str:
    plain = PurePosixPath(path)
    return f"./{plain}" if path.startswith(".github/workflows/") else f"./{plain.parent}"


def _uses(line: str, call: str) -> bool:
    return line.partition("uses:")[2].partition("#")[0].strip().strip("\"'").rstrip("/") == call
