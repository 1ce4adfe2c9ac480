"""Writes the lines that findings propose into the work tree. Only ``driftguard run --fix`` asks for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from driftguard.errors import UsageError
from driftguard.model import Finding


def write(root: Path, findings: Sequence[Finding]) -> list[str]:
    """Insert each fix after its line and return ``path:line: text`` for each.

    Line numbers are those of the files as they lie there, so this is only right after a run over the work tree.
    Raises ``UsageError`` if a file can't be written; a path that leads out of ``root`` is left alone.
    """
    top = next((folder for folder in (root.resolve(), *root.resolve().parents) if (folder / ".git").exists()), root)
    by_path: dict[str, list[Finding]] = defaultdict(list)
    for finding in findings:
        if finding.fix and finding.fix_path:
            by_path[finding.fix_path].append(finding)
    return [done for path, wanted in sorted(by_path.items()) for done in _into(top, path, wanted)]


def _into(root: Path, path: str, findings: Sequence[Finding]) -> list[str]:
    file = root / path
    if file.is_symlink() or not file.resolve().is_relative_to(root.resolve()) or not file.is_file():
        return []
    try:
        lines = file.read_bytes().decode("utf-8", "surrogateescape").splitlines(keepends=True)
        ending = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
        for finding in sorted(findings, key=lambda finding: finding.fix_after, reverse=True):
            if finding.fix_after and not lines[finding.fix_after - 1].endswith("\n"):
                lines[finding.fix_after - 1] += ending
            lines.insert(finding.fix_after, finding.fix + ending)
        file.write_bytes("".join(lines).encode("utf-8", "surrogateescape"))
    except (OSError, IndexError) as error:
        raise UsageError(f"{file}: the fix could not be written: {error}") from error
    return [f"{path}:{finding.fix_after}: {finding.fix.strip()}" for finding in findings]
