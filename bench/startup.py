"""Start-up beside what it stands on: `python bench/startup.py`.

Each command runs in turn, round after round, so that all of them see the same machine; the median counts. Targets:
``driftguard --version`` within 3 times, ``driftguard validate`` within 4 times a bare import of typer and pydantic.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 15
PYTHON = sys.executable
PEER = "import typer, pydantic"
COMMANDS = {
    PEER: [PYTHON, "-c", PEER],
    "driftguard --version": [PYTHON, "-m", "driftguard", "--version"],
    "driftguard validate": [PYTHON, "-m", "driftguard", "validate", str(ROOT / "policy.yaml")],
}
TARGETS = {"driftguard --version": 3.0, "driftguard validate": 4.0}


def seconds(command: list[str]) -> float:
    begin = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def main() -> int:
    for command in COMMANDS.values():
        seconds(command)  # compiled files and disk caches
    rounds = [{name: seconds(command) for name, command in COMMANDS.items()} for _ in range(ROUNDS)]
    medians = {name: statistics.median(took[name] for took in rounds) for name in COMMANDS}
    missed = 0
    for name, took in medians.items():
        ratio, target = took / medians[PEER], TARGETS.get(name)
        missed += target is not None and ratio > target
        print(f"{name:<26} {took * 1000:7.0f} ms  {ratio:4.2f}x  {f'target {target}x' if target else 'the peer'}")
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
