#!/usr/bin/env bash
# Run DriftGuard on the event of this job. Everything that comes from outside comes in variables and stays data.
# In: DRIFTGUARD, COMMAND (run, plan or apply), PLAN (for apply), POLICY, DRY_RUN, SHARD, OUT (a directory for report,
# plan and trail). Exits as driftguard does.
set -uo pipefail
mkdir -p "${OUT:?}"

case "${COMMAND:-run}" in
  run) words=(run) ;;
  plan) words=(plan --out "$OUT/plan.json") ;;
  apply) words=(apply "${PLAN:?}") ;;
  *)
    echo "command: run, plan or apply" >&2
    exit 2
    ;;
esac
words+=(--policy "${POLICY:?}" --audit-dir "$OUT/audit")
words+=(--save "json=$OUT/report.json" --save "sarif=$OUT/report.sarif" --save "outputs=$OUT/outputs")
if [[ ${DRY_RUN:-} == true && ${COMMAND:-run} != plan ]]; then words+=(--dry-run); fi # a plan is dry by itself
if [[ -n ${SHARD:-} ]]; then words+=(--shard "$SHARD"); fi

code=0
"${DRIFTGUARD:?}" "${words[@]}" || code=$?
if [[ -f $OUT/outputs ]]; then cat "$OUT/outputs" >>"${GITHUB_OUTPUT:-/dev/stdout}"; fi
exit "$code"
