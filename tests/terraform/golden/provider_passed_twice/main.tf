provider "google" {
  alias   = "one"
  project = "one"
}
module "outer" {
  source    = "./outer"
  providers = { google.middle = google.one }
}
output "project" { value = module.outer.project }
