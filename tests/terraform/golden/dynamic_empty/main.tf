resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = []
    content {
      protocol = allow.value
    }
  }
  dynamic "deny" {
    for_each = {}
    content {
      protocol = deny.value
    }
  }
}
