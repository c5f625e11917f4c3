provider "google" {
  project = "root"
}
module "m" { source = "./m" }
output "project" { value = module.m.project }
