locals {
  containers = {
    api = { image = "api", env = { A = "1", B = "2" } }
    bar = { image = "bar", env = {} }
  }
}
resource "google_cloud_run_v2_service" "s" {
  name = "s"
  template {
    dynamic "containers" {
      for_each = local.containers
      content {
        image = containers.value.image
        dynamic "env" {
          for_each = containers.value.env
          content {
            name  = "${containers.key}_${env.key}"
            value = env.value
          }
        }
      }
    }
  }
}
