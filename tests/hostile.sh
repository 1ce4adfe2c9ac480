#!/usr/bin/env bash
# The whole suite in hostile surroundings: nonsense in every variable a tool might read, a foreign time zone and
# locale, a read-only HOME, no network but loopback (where the kernel lets us), random order.
set -euo pipefail
cd "$(dirname "$0")/.."

home=$(mktemp -d)
trap 'chmod u+w "$home"; rm -rf "$home"' EXIT
chmod 500 "$home"

surroundings=(
  "HOME=$home" "PATH=$PATH" TZ=Asia/Kathmandu LANG=C LC_ALL=C CI=true TERM=dumb COLUMNS=40 NO_COLOR= FORCE_COLOR=1
  GITHUB_ACTIONS=true GITHUB_EVENT_NAME=nonsense GITHUB_EVENT_PATH=/nonexistent GITHUB_REPOSITORY=nonsense
  GITHUB_REF=nonsense GITHUB_SHA=nonsense GITHUB_TOKEN=ghp_nonsense GITHUB_API_URL=http://127.0.0.1:1
  GITHUB_OUTPUT=/nonexistent/out GITHUB_STEP_SUMMARY=/nonexistent/summary GITHUB_ENV=/nonexistent/env
  AWS_ACCESS_KEY_ID=nonsense AWS_SECRET_ACCESS_KEY=nonsense AWS_SESSION_TOKEN=nonsense AWS_REGION=nowhere-1
  AWS_DEFAULT_REGION=nowhere-1 AWS_PROFILE=nonsense AWS_ENDPOINT_URL=http://127.0.0.1:1 AWS_CONFIG_FILE=/nonexistent
  AWS_SHARED_CREDENTIALS_FILE=/nonexistent AZURE_CLIENT_ID=nonsense AZURE_TENANT_ID=nonsense
  AZURE_CLIENT_SECRET=nonsense GOOGLE_APPLICATION_CREDENTIALS=/nonexistent GOOGLE_CLOUD_PROJECT=nonsense
  GOOGLE_API_KEY=nonsense GEMINI_API_KEY=nonsense
  HTTP_PROXY=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1 http_proxy=http://127.0.0.1:1 https_proxy=http://127.0.0.1:1
  GIT_DIR=/nonexistent GIT_WORK_TREE=/nonexistent GIT_INDEX_FILE=/nonexistent GIT_CONFIG_GLOBAL=/nonexistent
  TF_CLI_ARGS=-nonsense PYTHONDONTWRITEBYTECODE=1
)

run=(env -i "${surroundings[@]}" pytest -n auto -p no:cacheprovider -p randomly "$@")
if unshare --user --map-root-user --net true 2>/dev/null; then
  exec unshare --user --map-root-user --net bash -c 'ip link set lo up 2>/dev/null; exec "$@"' -- "${run[@]}"
fi
echo "hostile.sh: this machine lets nobody take the network away; the proxies above lead nowhere instead" >&2
"${run[@]}"
