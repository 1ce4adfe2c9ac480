"""SECURITY.md points at tests; each of them exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROWS = [line for line in TEXT.splitlines() if line.startswith("| ") and "controls" not in line]


def named() -> list[tuple[str, str]]:
    """File and test name of each reference; a reference that begins with :: continues the file before it."""
    found, file = [], ""
    for part in re.findall(r"`((?:tests/[\w/.]+|terraform/[\w/-]+|\.github/[\w/.-]+)?(?:::\w+)?)`", TEXT):
        path, _, test = part.partition("::")
        file = path or file
        found.append((file, test))
    return found


def test_every_row_names_what_an_attacker_controls_what_stops_it_and_its_test() -> None:
    assert len(ROWS) >= 15
    for row in ROWS:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 4, row
        assert "`tests/" in cells[3] or "`.github/" in cells[3], row


@pytest.mark.parametrize(("file", "test"), named())
def test_every_test_that_is_named_is_there(file: str, test: str) -> None:
    assert (ROOT / file).exists()
    if test:
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8")
