terraform {
  required_providers {
    google = {
      source                = "hashicorp/google"
      configuration_aliases = [google.src, google.dst]
    }
  }
}
resource "google_compute_network" "src" {
  provider = google.src
  name     = "src"
}
resource "google_compute_network" "dst" {
  provider = google.dst
  name     = "dst"
}
output "ends" { value = [google_compute_network.src.project, google_compute_network.dst.project] }
