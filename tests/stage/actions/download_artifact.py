"""actions/download-artifact over files: one by its name, else each that fits ``pattern`` in a directory of its own."""

import os
import shutil
import sys
from fnmatch import fnmatchcase
from pathlib import Path

kept = Path(os.environ["STAGE_ARTIFACTS"])
name, pattern = os.environ.get("INPUT_NAME"), os.environ.get("INPUT_PATTERN") or "*"
target = Path(os.environ["INPUT_PATH"])

if name and not (kept / name).is_dir():
    sys.exit(f"Artifact not found for name: {name}")
target.mkdir(parents=True, exist_ok=True)
if name:
    shutil.copytree(kept / name, target, dirs_exist_ok=True)
for found in [] if name else sorted(kept.iterdir() if kept.is_dir() else []):
    if fnmatchcase(found.name, pattern):
        shutil.copytree(found, target / found.name)
