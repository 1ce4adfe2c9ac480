"""Loaded by Python before driftguard when it is on PYTHONPATH: kills the process at the fsync that DIE names.

``before:3`` dies right before the third fsync, ``torn:3`` in the middle of the line that it would have made safe. The
product has no such hook.
"""

import os
import signal
from typing import Any

moment, _, number = os.environ.get("DIE", "").partition(":")
count = 0
fsync, write = os.fsync, os.write


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def counted_fsync(fd: Any) -> None:
    global count  # noqa: PLW0603 - one process, one life
    count += 1
    if moment == "before" and count == int(number):
        die()
    fsync(fd)


def torn_write(descriptor: int, data: Any) -> int:
    if moment == "torn" and count == int(number) - 1 and len(data) > 100 and data.startswith(b"{"):
        write(descriptor, data[: len(data) // 2])
        die()
    return write(descriptor, data)


if moment:
    os.fsync, os.write = counted_fsync, torn_write
