variable "rules" {
  type = list(object({ protocol = string, ports = optional(list(string)) }))
}
resource "google_compute_firewall" "f" {
  name = "f"
  dynamic "allow" {
    for_each = var.rules
    content {
      protocol = allow.value.protocol
      ports    = try(allow.value.ports, null)
    }
  }
}
