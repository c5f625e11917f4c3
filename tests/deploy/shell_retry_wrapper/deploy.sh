#!/usr/bin/env bash
set -uo pipefail

MAX_ATTEMPTS=${MAX_ATTEMPTS:-3}

with_retry() {
  local attempt=1
  until "$@"; do
    if (( attempt >= MAX_ATTEMPTS )); then
      echo "giving up on: $*" >&2
      return 1
    fi
    attempt=$((attempt + 1))
    sleep $((attempt * 2))
  done
}

timed() {
  local label=$1
  shift
  local started
  started=$(date +%s)
  "$@"
  local code=$?
  echo "$label took $(( $(date +%s) - started )) s"
  return $code
}

with_retry gcloud run deploy search --region us-central1 --vpc-connector search-connector || exit 1
timed ranking gcloud run deploy ranking --region us-central1 --clear-vpc-connector
with_retry timed suggest timeout 600 gcloud run services update suggest --region us-central1 --vpc-egress all-traffic
