resource "terraform_data" "seed" { input = { a = 1 } }
module "m" {
  source = "./m"
  id     = terraform_data.seed.id
  mixed  = { id = terraform_data.seed.id, name = "n" }
  known  = terraform_data.seed.input.a
  listed = [terraform_data.seed.id, "x"]
}
output "known" { value = module.m.known }
output "name" { value = module.m.name }
output "all" { value = module.m }
