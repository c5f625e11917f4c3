variable "name" {}
resource "google_compute_network" "n" { name = var.name }
output "id" { value = google_compute_network.n.id }
