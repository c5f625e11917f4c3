variable "port" {}
resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = { tcp = var.port, udp = 53 }
    content {
      protocol = allow.key
      ports    = [allow.value]
    }
  }
}
