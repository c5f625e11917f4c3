#!/usr/bin/env bash
set -e
region() { echo us-central1; }
name_of() { local prefix=${2:-svc}; printf '%s-%s' "$prefix" "$1"; }
connector_for() {
  case "$1" in
    a) echo a-connector ;;
    b) return 0 ;;
    *) echo other-connector ;;
  esac
}
up() {
  local name connector
  name=$(name_of "$1" "$2")
  connector=$(connector_for "$1")
  if [ -z "$connector" ]; then
    gcloud run deploy "$name" --region "$(region)" --clear-vpc-connector
    return
  fi
  gcloud run deploy "$name" --region "$(region)" --vpc-connector "$connector"
}
up a
up b job
up c ""
region() { echo europe-west1; }
up d
outer=1
change() { outer=2; local inner=3; (outer=9); }
change
gcloud run deploy "after-$outer" --region us-central1
