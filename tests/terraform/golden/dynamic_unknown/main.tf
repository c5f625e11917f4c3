variable "rules" {}
resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = var.rules
    content {
      protocol = "tcp"
    }
  }
  deny {
    protocol = "udp"
  }
}
