resource "google_compute_firewall" "f" {
  name     = "a"
  priority = 2
  allow {
    protocol = "a"
  }
}
