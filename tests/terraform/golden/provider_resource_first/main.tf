provider "google" {
  project = "provider"
}
resource "google_compute_network" "own" {
  name    = "own"
  project = "resource"
}
resource "google_compute_network" "null" {
  name    = "null"
  project = null
}
output "projects" { value = [google_compute_network.own.project, google_compute_network.null.id] }
