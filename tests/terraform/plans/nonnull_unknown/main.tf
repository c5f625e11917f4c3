resource "terraform_data" "u" { input = "x" }
locals { u = terraform_data.u.id }
module "m" {
 source="./m"
 a=local.u
}
output "o" { value=module.m.a }
