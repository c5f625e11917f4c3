resource "terraform_data" "u" { input = "x" }
locals { u = terraform_data.u.id }
module "m" {
 source="./m"
 a=local.u
 b="k"
 l=[local.u,"x"]
 o={n=local.u}
}
output "o" { value=module.m }
output "k" { value=module.m.k }
output "l" { value=module.m.l }
output "o2" { value=module.m.od }
output "c" { value=module.m.c }
output "w" { value = module.m.w }
