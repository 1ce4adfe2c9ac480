"""Bytes as a policy's text: one form, so that its SHA-256 is the same on every machine."""

from __future__ import annotations

import re

from driftguard.policy_file.defects import Defect, PolicyDefects

MAX_BYTES = 1024 * 1024
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x85\u2028\u2029\ufeff]")


def text_of(data: bytes, file: str) -> str:
    """Raises ``PolicyDefects`` at the first byte that isn't a policy's."""
    if len(data) > MAX_BYTES:
        raise only(file, 1, 1, too_large(len(data)))
    if data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise only(file, 1, 1, "begins with a byte-order mark; save it as UTF-8 without one")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line, col = _line_col(data[: error.start].decode("latin-1"))
        raise only(file, line, col, f"is not UTF-8: byte 0x{data[error.start]:02x}; save it as UTF-8") from None
    if "\r" in text:
        line, col = _line_col(text[: text.index("\r")])
        advice = "save it with LF (.gitattributes: 'policy.yaml text eol=lf')"
        raise only(file, line, col, f"has Windows line ends (CRLF); {advice}")
    control = _CONTROL.search(text)
    if control:
        line, col = _line_col(text[: control.start()])
        raise only(file, line, col, f"has a control character U+{ord(control[0]):04X}; remove it")
    return text


def too_large(size: int) -> str:
    return f"is {size / MAX_BYTES:.1f} MiB; a policy has at most 1 MiB"


def only(file: str, line: int, col: int, message: str) -> PolicyDefects:
    return PolicyDefects([Defect(file, line, col, "file", message)])


def _line_col(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")
