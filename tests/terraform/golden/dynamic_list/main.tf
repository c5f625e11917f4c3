resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = ["tcp", "udp"]
    content {
      protocol = allow.value
      ports    = [allow.key]
    }
  }
}
