resource "google_cloud_run_v2_service" "s" {
  name     = "s"
  location = "l"
  template {
    max_instance_request_concurrency = 5
    vpc_access {
      egress = "ALL_TRAFFIC"
    }
  }
  traffic {
    percent = 100
  }
}
