#!/usr/bin/env bash
# Rolls a release out to all stages, with a question before production.
set -euo pipefail

STAGES=(dev staging production)
declare -A PROJECTS=([dev]=acme-dev [staging]=acme-staging [production]=acme-production)
IMAGE_TAG="${1:?usage: rollout.sh TAG}"
CONFIRM="${CONFIRM:-no}"
only="${ONLY:-}"

say() { echo "[$(date -u +%FT%TZ)] $*"; }

command_for() {
  local stage=$1
  COMMAND=(gcloud run deploy "gateway-${stage}"
    --project "${PROJECTS[$stage]}"
    --region us-central1
    --image "gcr.io/${PROJECTS[$stage]}/gateway:${IMAGE_TAG}")
  case $stage in
    dev) COMMAND+=(--clear-vpc-connector) ;;
    *) COMMAND+=(--vpc-connector "gateway-${stage}" --vpc-egress "private-ranges-only") ;;
  esac
}

for stage in "${STAGES[@]}"; do
  if [[ -n $only && $only != "$stage" ]]; then
    say "skipping $stage"
    continue
  fi
  command_for "$stage"
  if [[ $stage == production && $CONFIRM != yes ]]; then
    say "not confirmed: ${COMMAND[*]}"
    continue
  fi
  say "running ${COMMAND[*]}"
  "${COMMAND[@]}"
done
