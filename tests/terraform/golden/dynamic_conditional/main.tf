variable "on" { type = bool }
resource "google_cloud_run_v2_service" "s" {
  for_each = { yes = var.on, no = !var.on }
  name     = each.key
  template {
    dynamic "vpc_access" {
      for_each = each.value ? [1] : []
      content {
        egress = "ALL_TRAFFIC"
      }
    }
  }
}
