module "outer" {
  source = "./outer"
  names  = ["a", "b"]
  region = "r1"
}
resource "terraform_data" "names" { input = module.outer.labels }
output "paths" { value = module.outer.paths }
