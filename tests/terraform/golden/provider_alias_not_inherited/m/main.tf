resource "google_compute_network" "n" {
  provider = google.west
  name     = "n"
}
output "project" { value = google_compute_network.n.project }
