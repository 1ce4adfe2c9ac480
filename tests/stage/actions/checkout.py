"""actions/checkout over files: from a bare repository in ``STAGE_REPOSITORIES``; ``ref`` and ``fetch-depth`` count."""

import os
import subprocess

url = f"file://{os.environ['STAGE_REPOSITORIES']}/{os.environ['GITHUB_REPOSITORY']}.git"
ref = os.environ.get("INPUT_REF") or os.environ["GITHUB_SHA"]
depth = os.environ.get("INPUT_FETCH-DEPTH", "1")
every = ["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]
wanted = every if depth == "0" else [f"--depth={depth}"]


def git(*words: str) -> None:
    subprocess.run(["git", *words], cwd=os.environ["GITHUB_WORKSPACE"], check=True)


git("init", "--quiet", "--initial-branch=main")
git("remote", "add", "origin", url)
git("fetch", "--quiet", "--no-tags", "origin", *wanted, ref)
git("checkout", "--quiet", "--detach", ref if depth == "0" else "FETCH_HEAD")
