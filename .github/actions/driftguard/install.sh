#!/usr/bin/env bash
# Install DriftGuard from this repository into the environment $1, which nothing else shares.
# PYTHON: the Python to use. WHEELS: what was downloaded before, from wherever; what is missing is downloaded into it.
# Nothing is installed whose hash isn't in requirements/: wheels that somebody changed are found out and fetched anew.
set -euo pipefail
cd "$(dirname "$0")/../../.." # out of the repository that is looked at: no file there configures an installer
venv=$1
pip=("${PYTHON:?}" -I -m pip --quiet)
strict=(--no-deps --require-hashes --only-binary ":all:")
here=(--no-index --find-links "${WHEELS:?}")

from_wheels() {
  "$PYTHON" -I -m venv --clear --without-pip "$venv" &&
    "${pip[@]}" --python "$venv/bin/python" install "${strict[@]}" "${here[@]}" -r requirements/installer.lock &&
    uv "${strict[@]}" "${here[@]}" -r requirements/all.lock
}
uv() {
  "$venv/bin/uv" pip install --quiet --no-config --no-cache --python "$venv/bin/python" "$@"
}

if ! [[ -d $WHEELS ]] || ! from_wheels; then
  rm -rf "$WHEELS"
  "${pip[@]}" download "${strict[@]}" --dest "$WHEELS" -r requirements/installer.lock
  "${pip[@]}" download "${strict[@]}" --dest "$WHEELS" -r requirements/all.lock
  from_wheels
fi
uv --no-deps --no-build-isolation --no-index .

echo "driftguard=$venv/bin/driftguard" >>"${GITHUB_OUTPUT:-/dev/stdout}"
