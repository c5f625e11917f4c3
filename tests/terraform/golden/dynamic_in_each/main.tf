resource "google_compute_firewall" "f" {
  for_each = { web = [80, 443], dns = [53] }
  name     = each.key
  dynamic "allow" {
    for_each = each.value
    content {
      protocol = "${each.key}-${allow.key}"
      ports    = [tostring(allow.value)]
    }
  }
}
