resource "google_compute_firewall" "f" {
  name = "b"
}
