variable "port" { type = string }
resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = toset([var.port, "53"])
    content {
      protocol = "tcp"
    }
  }
}
