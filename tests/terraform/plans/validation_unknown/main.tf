resource "terraform_data" "a" { input = "x" }
module "m" {
  source = "./m"
  id     = terraform_data.a.id
}
output "id" { value = module.m.id }
output "fixed" { value = module.m.fixed }
