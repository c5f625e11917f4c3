#!/usr/bin/env bash
set -e
REGION=us-central1
CONNECTOR=here-connector
bash -euo pipefail <<'SCRIPT'
NAME=quoted
gcloud run deploy "$NAME" --region us-east4 --vpc-connector literal-connector
SCRIPT
bash -s -- first <<SCRIPT
gcloud run deploy "expanded-\$1" --region $REGION --vpc-connector ${CONNECTOR}
SCRIPT
cat <<'TEXT' | sh
gcloud run deploy piped --region us-central1
TEXT
while IFS=, read -r name connector; do
  [ -z "$name" ] && continue
  case "$name" in \#*) continue;; esac
  gcloud run deploy "$name" --region "$REGION" --vpc-connector "$connector"
done <<LIST
alpha,alpha-connector
# beta,beta-connector
gamma,${CONNECTOR}

LIST
tee /dev/null <<< "gcloud run deploy string --region us-central1" > /dev/null
