data "google_project" "p" {
  project_id = "over"
}
