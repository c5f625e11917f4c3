resource "terraform_data" "first" { input = 1 }
module "m" {
  source     = "./m"
  depends_on = [terraform_data.first]
}
output "value" { value = module.m.value }
output "own" { value = module.m.own }
