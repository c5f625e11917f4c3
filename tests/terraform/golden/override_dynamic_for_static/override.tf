resource "google_compute_firewall" "f" {
  dynamic "allow" {
    for_each = ["a", "b"]
    content {
      protocol = allow.value
    }
  }
}
