#!/usr/bin/env bash
REGION=us-central1
CMD="gcloud run deploy"
CMD="$CMD legacy"
CMD="$CMD --region $REGION"
if [ "$USE_VPC" = "1" ]; then
  CMD="$CMD --vpc-connector legacy-connector"
fi
eval $CMD
FLAGS="--region $REGION --vpc-egress all-traffic"
gcloud run deploy words $FLAGS
SUB=$(echo "run deploy")
gcloud $SUB substituted --region "$(echo $REGION | cat)"
NAME=$(basename "$PWD/services/payments.yaml" .yaml)
gcloud run deploy "$NAME" --region $REGION
VERSION=$(date +%s)
gcloud run deploy "v$VERSION" --region "$REGION"
lower=$(echo "ABC" | tr A-Z a-z)
gcloud run deploy "$lower" --region ${REGION^^}
gcloud run deploy ${NAME/pay/re} --region "${REGION%%-*}-east1"
printf -v padded '%s-%s' "$NAME" x
gcloud run deploy "$padded" --region $REGION
