"""actions/cache over files: one path and one exact key; saved after a job that succeeded, and never twice."""

import os
import shutil
from pathlib import Path

path = Path(os.environ["INPUT_PATH"])
kept = Path(os.environ["STAGE_CACHE"]) / os.environ["INPUT_KEY"]
after = bool(os.environ.get("STATE_AFTER"))

if after and path.is_dir() and not kept.exists():
    half = kept.with_name(f"{kept.name}.{os.getpid()}")
    shutil.copytree(path, half)
    half.rename(kept)
elif not after:
    hit = kept.is_dir()
    if hit:
        shutil.copytree(kept, path, dirs_exist_ok=True)
    with Path(os.environ["GITHUB_STATE"]).open("a") as state, Path(os.environ["GITHUB_OUTPUT"]).open("a") as out:
        state.write("AFTER=true\n")
        out.write(f"cache-hit={str(hit).lower()}\n")
