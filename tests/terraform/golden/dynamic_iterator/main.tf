resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = [{ p = "tcp", n = [80] }, { p = "icmp", n = null }]
    iterator = rule
    content {
      protocol = rule.value.p
      ports    = rule.value.n
    }
  }
}
