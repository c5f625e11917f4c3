resource "google_compute_firewall" "f" {
  allow {
    protocol = "last"
  }
}
