terraform {
  required_providers {
    gcp = {
      source = "registry.terraform.io/hashicorp/google"
    }
  }
}
provider "gcp" {
  project = "named-gcp"
}
module "m" { source = "./m" }
resource "google_compute_network" "own" {
  provider = gcp
  name     = "own"
}
output "projects" { value = [module.m.project, google_compute_network.own.project] }
