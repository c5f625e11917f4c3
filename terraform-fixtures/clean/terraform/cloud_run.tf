resource "google_cloud_run_v2_service" "service" {
  for_each = local.active_services

  name     = each.key
  location = each.value.region
  ingress  = each.value.public ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  labels   = merge(local.labels, { component = each.value.component })

  template {
    service_account                  = google_service_account.run[each.value.component].email
    timeout                          = "300s"
    max_instance_request_concurrency = 80

    scaling {
      min_instance_count = each.value.min_instances
      max_instance_count = each.value.max_instances
    }

    vpc_access {
      connector = each.value.dr ? google_vpc_access_connector.dr[0].id : google_vpc_access_connector.main.id
      egress    = "PRIVATE_RANGES_ONLY"
    }

    containers {
      image = "${local.registry}/${each.value.component}:${var.image_tag}"

      ports {
        container_port = each.value.port
      }

      resources {
        limits = {
          cpu    = each.value.cpu
          memory = each.value.memory
        }
        cpu_idle = each.value.min_instances == 0
      }

      dynamic "env" {
        for_each = merge(local.common_env, { COMPONENT = each.value.component })
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = toset(each.value.secrets)
        content {
          name = upper(replace(env.value, "-", "_"))
          value_source {
            secret_key_ref {
              secret  = google_secret_manager_secret.app[env.value].secret_id
              version = "latest"
            }
          }
        }
      }

      startup_probe {
        http_get {
          path = "/health"
          port = each.value.port
        }
        initial_delay_seconds = 5
        failure_threshold     = 10
      }
    }
  }

  # Images move with every deploy; what the deploy client notes about itself is nobody's business here.
  lifecycle {
    ignore_changes = [
      client,
      client_version,
      template[0].containers[0].image,
    ]
  }
}
