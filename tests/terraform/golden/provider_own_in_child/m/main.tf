provider "google" {
  project = "child"
}
resource "google_compute_network" "n" { name = "n" }
output "project" { value = google_compute_network.n.project }
