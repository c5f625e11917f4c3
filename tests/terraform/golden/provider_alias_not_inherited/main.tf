provider "google" {
  alias   = "west"
  project = "west"
}
module "m" { source = "./m" }
output "project" { value = module.m.project }
