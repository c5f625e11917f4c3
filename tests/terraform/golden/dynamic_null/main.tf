resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = null
    content {
      protocol = allow.value
    }
  }
}
