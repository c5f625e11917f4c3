resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = ["a", "b"]
    content {
      protocol = allow.value
    }
  }
  dynamic "deny" {
    for_each = ["c"]
    content {
      protocol = deny.value
    }
  }
}
