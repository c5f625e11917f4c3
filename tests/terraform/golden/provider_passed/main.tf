provider "google" {
  project = "default"
}
provider "google" {
  alias   = "west"
  project = "west"
}
module "passed" {
  source    = "./m"
  providers = { google = google.west }
}
module "plain" { source = "./m" }
output "projects" { value = [module.passed.project, module.plain.project] }
