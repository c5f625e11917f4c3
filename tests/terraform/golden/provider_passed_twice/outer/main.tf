terraform {
  required_providers {
    google = {
      source                = "hashicorp/google"
      configuration_aliases = [google.middle]
    }
  }
}
module "inner" {
  source    = "../inner"
  providers = { google = google.middle }
}
output "project" { value = module.inner.project }
