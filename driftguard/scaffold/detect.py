"""What a repository is made of, read from its file names and, where a name can't tell, from a file's first bytes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

_LANGUAGES = {
    ".py": "Python",
    ".js": "JavaScript",
    ".mjs": "JavaScript",
    ".jsx": "JavaScript",
    ".ts": "TypeScript",
    ".tsx": "TypeScript",
    ".go": "Go",
    ".java": "Java",
    ".kt": "Kotlin",
    ".rb": "Ruby",
    ".rs": "Rust",
    ".cs": "C#",
    ".php": "PHP",
    ".sh": "Shell",
}
_DOCS = {
    "README*": r"README[^/]*",
    "docs/**": r"docs/.+",
    "**/*.md": r".*\.md",
    "**/*.mdx": r".*\.mdx",
    "**/*.rst": r".*\.rst",
    "**/*.adoc": r".*\.adoc",
    "**/.env.example": r"(.*/)?\.env\.example",
}
_FOREIGN = re.compile(r"(^|/)(node_modules|vendor|third_party|dist|build|\.terraform|testdata|fixtures)/")
_NAMED = re.compile(r"(openapi|swagger|asyncapi)[^/]*\.(ya?ml|json)|[^/]+\.(proto|graphqls?|avsc)", re.IGNORECASE)
_MAYBE = re.compile(r"[^/]*(api|spec|contract)[^/]*\.(ya?ml|json)", re.IGNORECASE)
_BEGINS = re.compile(rb"""^\s*\{?\s*["']?(openapi|swagger|asyncapi)["']?\s*:""", re.MULTILINE)
_FIRST = 2048
_MOST_CONTRACTS = 20


@dataclass(frozen=True, slots=True)
class Contract:
    """Files that other repositories may rely on."""

    name: str
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """``repo`` is OWNER/NAME; ``languages`` the most used first; ``terraform`` directories with configurations."""

    repo: str
    branch: str
    languages: tuple[str, ...]
    docs: tuple[str, ...]
    contracts: tuple[Contract, ...]
    terraform: tuple[str, ...]


def look(repo: str, branch: str, files: Sequence[str], read: Callable[[str], bytes | None]) -> Found:
    """``files`` are the repository's paths; ``read`` gives one's bytes, and is asked for a few only."""
    own = [path for path in files if path.isprintable() and not _FOREIGN.search(path)]
    return Found(
        repo=repo,
        branch=branch,
        languages=_languages(own),
        docs=tuple(glob for glob, pattern in _DOCS.items() if any(re.fullmatch(pattern, path) for path in own)),
        contracts=_contracts(own, read),
        terraform=tuple(sorted({_parent(path) for path in own if path.endswith(".tf")})),
    )


def _languages(files: Iterable[str]) -> tuple[str, ...]:
    counted = Counter(filter(None, (_LANGUAGES.get(PurePosixPath(path).suffix) for path in files)))
    return tuple(language for language, _ in counted.most_common())


def _contracts(files: Sequence[str], read: Callable[[str], bytes | None]) -> tuple[Contract, ...]:
    """One contract a directory: what lies together changes together."""
    groups: dict[str, list[str]] = {}
    for path in files:
        name = PurePosixPath(path).name
        if _NAMED.fullmatch(name) or (_MAYBE.fullmatch(name) and _BEGINS.search((read(path) or b"")[:_FIRST])):
            groups.setdefault(_parent(path), []).append(path)
    found = [Contract(_named(parent), tuple(sorted(paths))) for parent, paths in sorted(groups.items())]
    return tuple(_distinct(found)[:_MOST_CONTRACTS])


def _distinct(contracts: Iterable[Contract]) -> list[Contract]:
    seen: Counter[str] = Counter()
    distinct = []
    for contract in contracts:
        seen[contract.name] += 1
        again = seen[contract.name]
        distinct.append(contract if again == 1 else Contract(f"{contract.name}-{again}", contract.paths))
    return distinct


def _named(parent: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", parent).strip("-.") or "api"


def _parent(path: str) -> str:
    return path.rpartition("/")[0] or "."


def summary(found: Found) -> Iterator[str]:
    """What was found, for people."""
    yield f"{found.repo} ({found.branch})"
    yield f"  languages: {', '.join(found.languages) or 'none that is known here'}"
    yield f"  docs: {', '.join(found.docs) or 'none'}"
    yield f"  contracts: {', '.join(path for each in found.contracts for path in each.paths) or 'none'}"
    yield f"  Terraform: {', '.join(found.terraform) or 'none'}"
