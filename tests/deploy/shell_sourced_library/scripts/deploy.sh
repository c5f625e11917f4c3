#!/usr/bin/env bash
set -euo pipefail

SCRIPT_DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
ROOT_DIR="$(dirname "$SCRIPT_DIR")"

# shellcheck source=lib/common.sh
source "$SCRIPT_DIR/lib/common.sh"
. "${ROOT_DIR}/config/network.env"

info "deploying to $REGION"
deploy_with_vpc orders
deploy_with_vpc invoices --vpc-egress=all-traffic
if [[ -f "$ROOT_DIR/config/extra.env" ]]; then
  source "$ROOT_DIR/config/extra.env"
  deploy_with_vpc extra
fi
deploy_with_vpc last
