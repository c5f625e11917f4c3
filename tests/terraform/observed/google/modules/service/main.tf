variable "name" {
  type = string
}

variable "connector" {
  type = string
}

variable "egress" {
  type = string
}

resource "google_cloud_run_v2_service" "this" {
  name     = var.name
  location = "europe-west1"

  template {
    containers {
      image = "europe-docker.pkg.dev/shop-staging/images/api:v1"
      env {
        name  = "MODE"
        value = "staging"
      }
    }

    vpc_access {
      connector = var.connector
      egress    = var.egress
    }
  }
}

output "uri" {
  value = google_cloud_run_v2_service.this.uri
}

output "environment" {
  value = google_cloud_run_v2_service.this.template[0].containers[0].env
}
