provider "google" {
  project = "stable"
}
provider "google-beta" {
  project = "beta"
}
resource "google_compute_network" "stable" { name = "s" }
resource "google_compute_network" "beta" {
  provider = google-beta
  name     = "b"
}
output "projects" { value = [google_compute_network.stable.project, google_compute_network.beta.project] }
