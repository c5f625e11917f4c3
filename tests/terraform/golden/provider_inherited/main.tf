provider "google" {
  project = "root"
  region  = "r"
}
module "a" { source = "./a" }
output "id" { value = module.a.id }
