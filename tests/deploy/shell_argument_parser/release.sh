#!/usr/bin/env bash
# release.sh [-r REGION] [--connector NAME] [--dry-run] [--no-vpc]
set -eu

REGION="us-central1"
CONNECTOR="default-connector"
DRY_RUN=false
USE_VPC=true
EXTRA=()

while [[ $# -gt 0 ]]; do
  case "$1" in
    -r|--region)
      REGION="$2"
      shift 2
      ;;
    --region=*)
      REGION="${1#*=}"
      shift
      ;;
    --connector)
      CONNECTOR="$2"
      shift 2
      ;;
    --dry-run)
      DRY_RUN=true
      shift
      ;;
    --no-vpc)
      USE_VPC=false
      shift
      ;;
    --)
      shift
      EXTRA=("$@")
      break
      ;;
    *)
      echo "unknown option $1" >&2
      exit 1
      ;;
  esac
done

run() {
  if [ "$DRY_RUN" = true ]; then
    echo "would run: $*"
    return 0
  fi
  "$@"
}

VPC_FLAGS=()
if [ "$USE_VPC" = true ]; then
  VPC_FLAGS=(--vpc-connector "$CONNECTOR" --vpc-egress all-traffic)
else
  VPC_FLAGS=(--clear-vpc-connector)
fi

run gcloud run deploy billing --image gcr.io/acme/billing --region "$REGION" "${VPC_FLAGS[@]}" "${EXTRA[@]+"${EXTRA[@]}"}"
run gcloud run deploy fixed --image gcr.io/acme/fixed --region us-east1 --vpc-connector fixed-connector
gcloud run deploy always --image gcr.io/acme/always --region us-east1 --clear-vpc-connector
