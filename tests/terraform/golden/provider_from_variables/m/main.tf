data "google_client_config" "own" {}
output "project" { value = data.google_client_config.own.project }
output "region" { value = data.google_client_config.own.region }
