"""Write the lock files: exact versions with hashes, for every platform, naming no download host.

Run by ``make lock``. ``demo`` and ``all`` are compiled under the constraints of ``dev``, so that what is tested is
what runs.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-header",
    "--no-annotate",
]
TESTED = "--constraint=requirements/dev.lock"
LOCKS = {
    "dev": ["pyproject.toml", "--extra=dev"],
    "demo": ["pyproject.toml", "--extra=demo", TESTED],
    "all": ["pyproject.toml", "--extra=all", TESTED],
    "installer": ["--group=installer", TESTED],
    "scan": ["--group=scan"],
}

for name, source in LOCKS.items():
    uv = [sys.executable, "-m", "uv", "pip", "compile", "--quiet", *source, *OPTIONS]
    subprocess.run([*uv, f"--output-file=requirements/{name}.lock", *sys.argv[1:]], cwd=ROOT, check=True)  # noqa: S603 - fixed words and the caller's
