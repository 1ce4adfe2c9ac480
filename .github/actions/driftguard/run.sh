#!/usr/bin/env bash
# Run DriftGuard on the event of this job. Everything that comes from outside comes in variables and stays data.
# In: DRIFTGUARD, POLICY, DRY_RUN, SHARD, OUT (a directory for report and trail). Exits as driftguard does.
set -uo pipefail
mkdir -p "${OUT:?}"

words=(run --policy "${POLICY:?}" --audit-dir "$OUT/audit")
words+=(--save "json=$OUT/report.json" --save "sarif=$OUT/report.sarif" --save "outputs=$OUT/outputs")
if [[ ${DRY_RUN:-} == true ]]; then words+=(--dry-run); fi
if [[ -n ${SHARD:-} ]]; then words+=(--shard "$SHARD"); fi

code=0
"${DRIFTGUARD:?}" "${words[@]}" || code=$?
if [[ -f $OUT/outputs ]]; then cat "$OUT/outputs" >>"${GITHUB_OUTPUT:-/dev/stdout}"; fi
exit "$code"
