"""actions/setup-python over files: the Python is the one that runs the tests."""

import os
from pathlib import Path

with Path(os.environ["GITHUB_OUTPUT"]).open("a") as out:
    out.write(f"python-path={os.environ['STAGE_PYTHON']}\n")
