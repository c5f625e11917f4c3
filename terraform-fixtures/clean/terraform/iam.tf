resource "google_service_account" "run" {
  for_each = toset(distinct([for service in values(local.active_services) : service.component]))

  account_id   = "${var.product}-${each.key}"
  display_name = "Cloud Run ${each.key} (${var.environment})"
}

resource "google_secret_manager_secret" "app" {
  for_each = local.secret_names

  secret_id = "${local.name_prefix}-${each.key}"
  labels    = local.labels

  replication {
    auto {}
  }
}

resource "google_secret_manager_secret_iam_member" "run" {
  for_each = merge([
    for service in values(local.active_services) : {
      for secret in service.secrets : "${service.component}/${secret}" => {
        component = service.component
        secret    = secret
      }
    }
  ]...)

  secret_id = google_secret_manager_secret.app[each.value.secret].id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.run[each.value.component].email}"
}

resource "google_cloud_run_v2_service_iam_member" "public" {
  for_each = { for name, service in local.active_services : name => service if service.public }

  name     = google_cloud_run_v2_service.service[each.key].name
  location = each.value.region
  role     = "roles/run.invoker"
  member   = "allUsers"
}
