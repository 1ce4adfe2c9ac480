"""actions/upload-artifact over files: a directory's files, hidden ones left out; no name twice in one run."""

import os
import shutil
import sys
from pathlib import Path

source = Path(os.environ["INPUT_PATH"])
target = Path(os.environ["STAGE_ARTIFACTS"]) / os.environ["INPUT_NAME"]
files = [path for path in source.rglob("*") if path.is_file()]
files = [path for path in files if not any(part.startswith(".") for part in path.relative_to(source).parts)]

if target.exists():
    sys.exit(f"Conflict: an artifact with this name already exists on the workflow run: {target.name}")
if not files:
    sys.stdout.write(f"::warning::No files were found with the provided path: {source}\n")
for path in files:
    copy = target / path.relative_to(source)
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, copy)
