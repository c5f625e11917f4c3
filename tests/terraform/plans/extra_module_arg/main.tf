module "m" {
 source = "./m"
 zzz = 1
}
output "o" { value = module.m.a }
