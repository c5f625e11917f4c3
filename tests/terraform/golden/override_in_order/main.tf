resource "google_compute_firewall" "f" {
  name     = "base"
  priority = 1
  allow {
    protocol = "base"
  }
}
