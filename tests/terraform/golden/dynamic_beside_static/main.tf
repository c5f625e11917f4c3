resource "google_compute_firewall" "f" {
  name = "f"
  allow {
    protocol = "first"
  }
  dynamic "allow" {
    for_each = ["second", "third"]
    content {
      protocol = allow.value
    }
  }
  allow {
    protocol = "fourth"
  }
}
