#!/usr/bin/env bash
# gcloud run deploy commented --region us-central1 --vpc-connector c
set -u

: <<'COMMENT'
gcloud run deploy in-comment --region us-central1
COMMENT

cat > /dev/null <<EOF
gcloud run deploy in-text --region us-central1
EOF

echo "gcloud run deploy printed --region us-central1"
echo gcloud run deploy printed-too --region us-central1
printf '%s\n' "gcloud run deploy formatted"
HELP="gcloud run deploy in-variable --region us-central1"
NEXT='run: gcloud run deploy later'
grep -q "gcloud run deploy" "$0" && echo found
sed -n 's/gcloud run deploy/x/p' "$0" > /dev/null

never_called() {
  gcloud run deploy never-called --region us-central1
}

called_by_never() {
  never_called
}

if false; then
  gcloud run deploy unreachable --region us-central1
fi

while false; do
  gcloud run deploy unreachable-loop --region us-central1
done

for service in; do
  gcloud run deploy "$service" --region us-central1
done

MODE=plan
if [ "$MODE" = apply ]; then
  gcloud run deploy other-mode --region us-central1
fi
[[ $MODE == apply ]] && gcloud run deploy other-mode-too --region us-central1

gcloud run services describe api --region us-central1 --format 'value(status.url)' || true
gcloud run services list
gcloud run services delete api --region us-central1 --quiet || true
gcloud config set run/region us-central1
echo "$HELP $NEXT" > /dev/null
gcloud run deploy real --region us-central1
exit 0

gcloud run deploy after-exit --region us-central1
