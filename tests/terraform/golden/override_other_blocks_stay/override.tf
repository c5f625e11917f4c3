resource "google_cloud_run_v2_service" "s" {
  location = "other"
  template {
    timeout = "5s"
  }
}
