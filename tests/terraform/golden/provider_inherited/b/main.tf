resource "google_compute_subnetwork" "s" { name = "s" }
output "id" { value = google_compute_subnetwork.s.id }
