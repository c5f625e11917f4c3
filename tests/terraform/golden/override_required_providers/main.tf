terraform {
  required_providers {
    gcp = {
      source = "example/other"
    }
  }
}
provider "gcp" {
  project = "by-source"
}
module "m" {
  source = "./m"
}
output "project" { value = module.m.project }
