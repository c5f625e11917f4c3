resource "google_compute_firewall" "f" {
  name = "f"
  allow {
    protocol = "tcp"
  }
}
