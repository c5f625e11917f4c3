provider "google" {
  project = "base"
  region  = "r1"
}
provider "google" {
  alias   = "west"
  project = "west"
  region  = "r2"
}
resource "google_compute_network" "n" { name = "n" }
resource "google_compute_network" "w" {
  provider = google.west
  name     = "w"
}
output "n" { value = [google_compute_network.n.project, google_compute_network.w.project] }
