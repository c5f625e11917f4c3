resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = toset(["udp", "tcp", "udp"])
    content {
      protocol = "${allow.key}=${allow.value}"
    }
  }
}
