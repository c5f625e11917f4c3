#!/usr/bin/env bash
# Deploys the services of the shop to Cloud Run.
set -euo pipefail

readonly PROJECT="acme-staging"
readonly REGION="us-central1"
readonly REGISTRY="${REGION}-docker.pkg.dev/${PROJECT}/shop"

# name|memory|connector|egress
SERVICES=(
  "shop-api|512Mi|main-connector|private-ranges-only"
  "shop-web|256Mi||"
  "shop-worker|1Gi|jobs-connector|all-traffic"
)

log() {
  printf '[%s] %s\n' "$(date +%H:%M:%S)" "$*" >&2
}

die() {
  log "error: $*"
  exit 1
}

require() {
  local tool
  for tool in "$@"; do
    command -v "$tool" > /dev/null 2>&1 || die "$tool is needed"
  done
}

image_of() {
  local name="$1"
  echo "${REGISTRY}/${name}:${IMAGE_TAG:-latest}"
}

# Earlier this was one long command:
#   gcloud run deploy shop-api --vpc-connector old-connector --region us-central1
deploy_service() {
  local name="$1" memory="$2" connector="$3" egress="$4"
  local args=(
    --project "$PROJECT"
    --region "$REGION"
    --image "$(image_of "$name")"
    --memory "$memory"
    --platform managed
    --quiet
  )
  if [[ -n "$connector" ]]; then
    args+=(--vpc-connector "$connector")
  fi
  if [[ -n "$egress" ]]; then
    args+=(--vpc-egress "$egress")
  fi
  log "deploying $name"
  gcloud run deploy "$name" "${args[@]}"
}

usage() {
  cat <<EOF
usage: deploy.sh [--help]

Runs, for each service:
  gcloud run deploy SERVICE --vpc-connector CONNECTOR
EOF
}

rollback() {
  gcloud run services update-traffic shop-api --to-revisions "$1=100" --region "$REGION"
  gcloud run services update shop-api --vpc-connector rollback-connector --region "$REGION"
}

main() {
  if [[ "${1:-}" == "--help" ]]; then
    usage
    exit 0
  fi
  require gcloud docker
  local entry name memory connector egress
  for entry in "${SERVICES[@]}"; do
    IFS='|' read -r name memory connector egress <<< "$entry"
    deploy_service "$name" "$memory" "$connector" "$egress"
  done
  log "done"
}

main "$@"
