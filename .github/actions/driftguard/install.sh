#!/usr/bin/env bash
# Install DriftGuard from this repository into the environment $1, which nothing else shares.
# PYTHON: the Python to use. Nothing is installed whose hash isn't in requirements/.
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
venv=$1

"${PYTHON:?}" -I -m venv "$venv"
pip=("$venv/bin/python" -I -m pip install --quiet --require-hashes --only-binary ":all:")
"${pip[@]}" -r "$root/requirements/installer.lock"
"${pip[@]}" -r "$root/requirements/all.lock"
"$venv/bin/python" -I -m pip install --quiet --no-deps --no-build-isolation --no-index "$root"

echo "driftguard=$venv/bin/driftguard" >>"${GITHUB_OUTPUT:-/dev/stdout}"
