module "a" {
  source = "./m"
  name   = "a"
  other  = module.b.id_of_none
}
module "b" {
  source = "./m"
  name   = "b"
  other  = module.a.name
}
output "a" { value = module.a.other }
output "b" { value = module.b.other }
