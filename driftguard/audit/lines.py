"""The form of a line, and reading lines back one at a time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any

from driftguard.errors import AuditError
from driftguard.model import AuditRecord
from driftguard.plain import plain

TRAIL = "audit.jsonl"
HEAD = "audit.head"
GENESIS = "0" * 64
"""What the first line is chained to."""

TORN = "TORN"
RESUMED = "RESUMED"
INTENT = "INTENT"
OUTCOME = "OUTCOME"
ENDS = frozenset({"CLOSED", "FAILED"})

_NAMES = tuple(field.name for field in fields(AuditRecord))
_FIELDS = frozenset(_NAMES) | {"hash"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a trail. ``record`` is ``None`` if the line isn't exactly what a trail writes; ``why`` says so."""

    number: int
    raw: bytes
    ended: bool
    record: AuditRecord | None = None
    hash: str = ""
    why: str = ""


def encode(record: AuditRecord) -> tuple[bytes, str]:
    """The line for ``record``, without its newline, and the hash that the next line is chained to."""
    noted = _plain(plain(record))
    digest = hashlib.sha256(_json(noted)).hexdigest()
    return _json({**noted, "hash": digest}), digest


def decode(number: int, raw: bytes, *, ended: bool) -> Line:
    """Take ``raw`` apart. A line is only a record if encoding it again gives the same bytes."""
    try:
        found = json.loads(raw)
        if set(found) != _FIELDS:
            return Line(number, raw, ended, why="it has other fields than a record")
        line, digest = _json(found), found.pop("hash")
        again = hashlib.sha256(_json(found)).hexdigest()
    except (ValueError, TypeError, AttributeError, RecursionError):
        return Line(number, raw, ended, why="it is no record")
    if line != raw or again != digest:
        return Line(number, raw, ended, why="its hash doesn't fit its content")
    return Line(number, raw, ended, AuditRecord(**found), digest)


def lines(path: Path, start: int = 0, concerns: Callable[[bytes], bool] = lambda _: True) -> Iterator[Line]:
    """Every line of a trail file from byte ``start`` that ``concerns`` the caller, one in memory at a time.

    A trail grows for years, and taking a line apart costs a hundred times what searching it does. Raises
    ``AuditError`` if it can't be read.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            for number, raw in enumerate(file, 1):
                if concerns(raw):
                    yield decode(number, raw.removesuffix(b"\n"), ended=raw.endswith(b"\n"))
    except OSError as error:
        raise AuditError(f"{path}: {error.strerror}") from error


def of_states(*states: str) -> Callable[[bytes], bool]:
    """Whether a line may be a record of one of ``states``; what says no can't be one."""
    words = [b'"state":' + _json(state) for state in states]
    return lambda raw: any(word in raw for word in words)


def line_from(path: Path, position: int) -> int:
    """Where the first line begins that begins behind byte ``position``."""
    with path.open("rb") as file:
        file.seek(position)
        file.readline()
        return file.tell()


def trails(directory: Path) -> list[Path]:
    """Every trail in ``directory`` or below it. Raises ``AuditError`` where there is none."""
    found = sorted({path.with_name(TRAIL) for name in (TRAIL, HEAD) for path in directory.rglob(name)})
    if not found:
        raise AuditError(
            f"{directory}: there is no audit trail; --audit-dir of `driftguard run` says where it is written"
        )
    return found


def read(directory: Path) -> Iterator[AuditRecord]:
    """Every record in ``directory`` or below it, in the order written; what is no record is passed over."""
    for path in trails(directory):
        yield from (line.record for line in lines(path) if line.record is not None)


def _json(value: Any) -> bytes:
    """Raises ``ValueError`` for what JSON has no word for: NaN and the infinities."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()


def _plain(value: Any) -> Any:
    """``value`` as JSON holds it, so that what is read back encodes to the same bytes."""
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(item) for item in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else str(value)  # noqa: PLR0124 - NaN
    return str(value)
