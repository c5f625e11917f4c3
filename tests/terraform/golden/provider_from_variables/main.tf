variable "project" {}
locals { env = "staging" }
provider "google" {
  project = "${var.project}-${local.env}"
  region  = var.unset
}
variable "unset" {}
module "m" { source = "./m" }
output "project" { value = module.m.project }
output "region" { value = module.m.region }
