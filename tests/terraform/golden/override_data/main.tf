data "google_project" "p" {
  project_id = "base"
}
output "id" { value = data.google_project.p.project_id }
