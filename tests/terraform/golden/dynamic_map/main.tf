resource "google_cloud_run_v2_service" "s" {
  name = "s"
  template {
    containers {
      image = "i"
      dynamic "env" {
        for_each = { ZONE = "z", APP = "a", LEVEL = "l" }
        content {
          name  = env.key
          value = env.value
        }
      }
    }
  }
}
