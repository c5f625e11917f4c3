# Functions for the scripts of this folder.
[[ -n "${COMMON_LOADED:-}" ]] && return 0
COMMON_LOADED=1

info() { echo "info: $*"; }

deploy_with_vpc() {
  local service=$1
  shift
  gcloud run deploy "$service" \
    --region "$REGION" \
    --project "$PROJECT" \
    --vpc-connector "$VPC_CONNECTOR" \
    "$@"
}
