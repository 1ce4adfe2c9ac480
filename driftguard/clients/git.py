"""A git repository, read from its objects by git itself; revision ``""`` is the work tree.

Nothing of the repository is ever run: no hook, filter, external diff, text conversion, monitor or prompt, and nothing
is fetched. File names are text with ``surrogateescape``, so that any bytes come back unchanged.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO, Self

from driftguard.clients.git_words import parted, patterns
from driftguard.errors import NotFound, PermanentError, UsageError
from driftguard.ports import FileChange, WordHit

WORK_TREE = ""
MAX_FILE = 5 * 1024 * 1024
"""Bytes, where many files are read; no person reviews a larger text."""
MAX_ONE = 64 * 1024 * 1024
"""Bytes, where one file is asked for by name; generated contracts reach 13 MB."""

_AHEAD = 1000
"""Characters of the paths asked for before the first answer is read: far less than a pipe holds."""
_PIECE = 1024 * 1024

_SAFE = (
    *("-c", "core.fsmonitor=false"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.quotePath=false"),
    *("-c", "diff.external="),
    *("-c", "protocol.allow=never"),
    *("-c", "safe.directory=*"),  # a container's checkout often belongs to another user; we only read it
)
_COMMANDS = frozenset({"rev-parse", "merge-base", "config", "diff", "ls-files", "ls-tree", "grep"})
_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "TEMP")
_HUNK = re.compile(rb"@@ -\S+ \+(\d+)(?:,(\d+))? @@")
_HIT = re.compile(rb"(?P<path>[^\0]+)\0(?P<line>\d+)\0(?P<text>[^\n]*)\n")
_REMOTE = re.compile(r"[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$")


@dataclass
class GitTree:
    """``ports.SourceTree`` over the ``git`` command. Open it with ``GitTree.open``; close it by leaving the context."""

    directory: Path
    bare: bool = False
    _readers: list[_ObjectReader] = field(default_factory=list)
    _commits: set[str] = field(default_factory=set)
    """Ids that are known to be commits here."""

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Raises ``UsageError`` if there is no repository, or no git."""
        found = _git(directory, "rev-parse", "--is-bare-repository", "--show-toplevel", check=False)
        answers = found.stdout.decode(errors="surrogateescape").splitlines()
        if not answers:
            said = found.stderr.decode(errors="replace").strip().splitlines()
            why = "not a git repository" if not said or "not a git repository" in said[0] else said[0]
            raise UsageError(f"{directory}: {why}; --repo names the repository's directory")
        if answers[0] == "true":
            return cls(directory, bare=True)
        return cls(Path(answers[1]) if len(answers) > 1 else directory)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for reader in self._readers:
            reader.close()
        self._readers.clear()

    def resolve(self, revision: str) -> str:
        if revision in self._commits:
            return revision
        if revision.startswith("-") or not revision:
            raise NotFound(f"'{revision}' is not a revision")
        found = self._run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}", check=False)
        sha = found.stdout.decode("ascii", "replace").strip()
        if found.returncode or not re.fullmatch(r"[0-9a-f]{40,64}", sha):
            raise NotFound(
                f"{self.directory}: there is no commit '{revision}' here; a shallow clone needs fetch-depth: 0"
            )
        self._commits.add(sha)
        return sha

    def merge_base(self, one: str, other: str) -> str:
        shas = [self.resolve(revision or "HEAD") for revision in (one, other)]
        found = self._run("merge-base", *shas, check=False)
        if found.returncode:
            raise NotFound(
                f"{one} and {other or 'the work tree'} have no common commit here; a shallow clone needs fetch-depth: 0"
            )
        return found.stdout.decode("ascii").split()[0]

    def default_branch(self) -> str:
        """The revision that pull requests go to. Raises ``UsageError`` if none can be made out."""
        candidates = ["origin/HEAD", "origin/main", "origin/master", "main", "master", "trunk"]
        for name in candidates:
            with suppress(NotFound):
                return self.resolve(name)
        raise UsageError(f"{self.directory}: no default branch found (tried {', '.join(candidates)}); --base names one")

    def branch(self) -> str:
        """The name of the branch that pull requests go to; ``main`` where the clone doesn't say."""
        found = self._run("symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", check=False)
        name = found.stdout.decode(errors="replace").strip().removeprefix("origin/")
        if name:
            return name
        named = self._run("for-each-ref", "--format=%(refname:short)", "refs/heads/main", "refs/heads/master").stdout
        return next(iter(named.decode(errors="replace").split()), "main")

    def remote_repo(self) -> str:
        """``owner/name`` from origin's URL, else the folder's name."""
        url = self._run("config", "--get", "remote.origin.url", check=False).stdout.decode(errors="replace").strip()
        match = _REMOTE.search(url)
        return match[1] if match else f"local/{self.directory.resolve().name.removesuffix('.git')}"

    def changes(self, base: str, head: str) -> Sequence[FileChange]:
        raw = self._diff("--raw", "-z", "-M", *self._ends(base, head))
        changes = [*_raw_changes(raw.split(b"\0")), *self._untracked(head)]
        return sorted(changes, key=lambda change: change.path)

    def files(self, revision: str) -> Sequence[str]:
        if revision == WORK_TREE:
            listed = self._run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate").stdout
            return [_text(path) for path in listed.split(b"\0") if path]
        entries = self._run("ls-tree", "-r", "-z", self.resolve(revision)).stdout.split(b"\0")
        return [_text(entry.partition(b"\t")[2]) for entry in entries if entry.startswith(b"100")]

    def read(self, revision: str, path: str) -> bytes | None:
        return next((data for _, data in self._read(revision, [path], MAX_ONE)), None)

    def read_many(self, revision: str, paths: Sequence[str]) -> Iterator[tuple[str, bytes]]:
        yield from self._read(revision, paths, MAX_FILE)

    def _read(self, revision: str, paths: Sequence[str], limit: int) -> Iterator[tuple[str, bytes]]:
        if revision == WORK_TREE:
            yield from self._from_disk(paths, limit)
            return
        sha = self.resolve(revision)
        for part in parted(paths, _AHEAD):
            odd = {path: self._alone(f"{sha}:{path}", limit) for path in part if "\n" in path}
            plain = [path for path in part if path not in odd]
            read = odd | dict(zip(plain, self._objects.read([f"{sha}:{path}" for path in plain], limit), strict=True))
            yield from ((path, data) for path in part if (data := read[path]) is not None)

    def search(self, revision: str, words: Sequence[str], pathspecs: Sequence[str] = ()) -> Iterator[WordHit]:
        if not words:
            return
        # of a commit's files git reads one at a time, and further threads would only hand them around
        where = ["--untracked"] if revision == WORK_TREE else ["--threads=1", self.resolve(revision)]
        out = self._grep(words, [*where, "--", *pathspecs])
        prefix = 0 if revision == WORK_TREE else len(where[-1]) + 1
        for hit in _HIT.finditer(out):
            yield WordHit(_text(hit["path"][prefix:]), int(hit["line"]), hit["text"].decode(errors="replace"))

    def _grep(self, words: Sequence[str], where: Sequence[str]) -> bytes:
        """Word by word where this git was built without PCRE."""
        forms = ((("-P",), patterns(words)), (("-w", "-F"), words))
        for form, lines in forms:
            found = self._run(
                *("grep", "-z", "-n", *form, "-I", "--full-name", "-f", "-", *where),
                stdin="\n".join(lines).encode(errors="surrogateescape"),
                check=False,
            )
            if found.returncode <= 1:
                return found.stdout
        raise PermanentError(f"git grep: {found.stderr.decode(errors='replace').strip()}")

    def added_lines(self, base: str, head: str, paths: Sequence[str]) -> Mapping[str, frozenset[int]]:
        patch = self._diff("--patch-with-raw", "-z", "-U0", "-M", *self._ends(base, head))
        raw, _, body = patch.partition(b"\0\0")
        parts = re.split(rb"^diff --git .*\n", body, flags=re.MULTILINE)[1:]
        entries = list(_raw_entries(raw.split(b"\0")))
        wanted = set(paths)
        added = {
            change.path: _new_lines(part)
            for (change, _), part in zip(entries, parts, strict=True)
            if change.path in wanted
        }
        for change in self._untracked(head):
            if change.path in wanted:
                count = sum(data.count(b"\n") + 1 for _, data in self._from_disk([change.path], MAX_FILE))
                added[change.path] = frozenset(range(1, count + 1))
        return added

    def _diff(self, *words: str) -> bytes:
        return self._run(*self._unfiltered, "diff", *words).stdout

    @cached_property
    def _unfiltered(self) -> list[str]:
        """Switches off the filters that the repository configures: comparing the work tree would run them."""
        listed = self._run("config", "--name-only", "-z", "--get-regexp", r"^filter\.", check=False).stdout
        names = {_text(key).rpartition(".")[0] for key in listed.split(b"\0") if key}
        off = ("clean=", "process=", "required=false")
        return [word for name in sorted(names) for setting in off for word in ("-c", f"{name}.{setting}")]

    def _ends(self, base: str, head: str) -> list[str]:
        ends = [base] if head == WORK_TREE else [base, head]
        return ["--no-ext-diff", "--no-textconv", "--ignore-submodules", *(self.resolve(end) for end in ends)]

    def _untracked(self, head: str) -> list[FileChange]:
        if head != WORK_TREE or self.bare:
            return []
        listed = self._run("ls-files", "-z", "--others", "--exclude-standard").stdout
        return [FileChange("A", _text(path), _text(path)) for path in listed.split(b"\0") if path]

    def _from_disk(self, paths: Iterable[str], limit: int) -> Iterator[tuple[str, bytes]]:
        """Regular files inside the repository only: a link may lead anywhere."""
        root = self.directory.resolve()
        for path in paths:
            file = root / path
            if file.is_symlink() or not file.is_file() or not file.resolve().is_relative_to(root):
                continue
            if file.stat().st_size <= limit:
                yield path, file.read_bytes()

    def _alone(self, name: str, limit: int) -> bytes | None:
        """A batch echoes the name of what is missing, and a line break in it would shift every later answer."""
        found = self._run("cat-file", "blob", name, check=False)
        return found.stdout if found.returncode == 0 and len(found.stdout) <= limit else None

    @cached_property
    def _objects(self) -> _ObjectReader:
        reader = _ObjectReader(self.directory)
        self._readers.append(reader)
        return reader

    def _run(self, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return _git(self.directory, *words, stdin=stdin, check=check)


class _ObjectReader:
    """One long-lived ``git cat-file --batch``: thousands of reads, one process."""

    def __init__(self, directory: Path) -> None:
        command = ["git", *_SAFE, "cat-file", "--batch", "-z"]
        self._process = subprocess.Popen(
            command,
            cwd=directory,
            env=_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def read(self, names: Sequence[str], limit: int) -> list[bytes | None]:
        """Each blob's bytes; ``None`` if there is none of that name, or it has more than ``limit``."""
        asked = self._process.stdin
        assert asked is not None
        asked.write(b"".join(name.encode(errors="surrogateescape") + b"\0" for name in names))
        asked.flush()
        return [self._answer(name, limit) for name in names]

    def _answer(self, name: str, limit: int) -> bytes | None:
        answer = self._process.stdout
        assert answer is not None
        kind, size = _header(answer.readline(), name)
        if kind is None:
            return None
        if kind != b"blob" or size > limit:
            _pass_over(answer, size + 1)
            return None
        data = answer.read(size)
        answer.read(1)
        return data

    def close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait()


def _pass_over(stream: IO[bytes], size: int) -> None:
    for start in range(0, size, _PIECE):
        stream.read(min(_PIECE, size - start))


def _header(line: bytes, name: str) -> tuple[bytes | None, int]:
    if not line:
        raise PermanentError(f"git cat-file ended while it read {name}; git 2.38 or newer is needed")
    words = line.split(b" ")
    if len(words) >= 3 and words[-1].strip().isdigit():  # noqa: PLR2004 - <oid> <type> <size>
        return words[-2], int(words[-1])
    return None, 0


def _git(directory: Path, *words: str, stdin: bytes = b"", check: bool = True) -> subprocess.CompletedProcess[bytes]:
    try:
        done = subprocess.run(
            ["git", *_SAFE, *words], cwd=directory, env=_environment(), input=stdin, capture_output=True, check=False
        )
    except (FileNotFoundError, NotADirectoryError) as error:
        no_directory = f"{directory}: there is no such directory; --repo names the repository's directory"
        raise UsageError("git is not installed" if directory.is_dir() else no_directory) from error
    if check and done.returncode:
        command = next(word for word in words if word in _COMMANDS)
        raise PermanentError(f"git {command}: {done.stderr.decode(errors='replace').strip().splitlines()[-1:]}")
    return done


def _environment() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ} | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_NO_LAZY_FETCH": "1",
        "LC_ALL": "C",
    }


def _raw_entries(fields: Sequence[bytes]) -> Iterator[tuple[FileChange, bool]]:
    """``git diff --raw -z``: ``:modes oids status NUL path NUL [path NUL]``; whether either side is a regular file."""
    items = iter(fields)
    for header in items:
        if not header.startswith(b":"):
            continue
        old_mode, new_mode, *_, status = header.split(b" ")
        old = new = _text(next(items))
        if status[:1] in b"RC":
            new = _text(next(items))
        yield FileChange(status[:1].decode(), new, old), b"100" in (old_mode[1:4], new_mode[:3])


def _raw_changes(fields: Sequence[bytes]) -> Iterator[FileChange]:
    """The regular files among them: submodules and links are passed over."""
    yield from (change for change, regular in _raw_entries(fields) if regular)


def _new_lines(patch: bytes) -> frozenset[int]:
    found: set[int] = set()
    for match in re.finditer(rb"^" + _HUNK.pattern, patch, re.MULTILINE):
        start, count = int(match[1]), int(match[2] or 1)
        found.update(range(start, start + count))
    return frozenset(found)


def _text(path: bytes) -> str:
    return path.decode(errors="surrogateescape")
