module "m" { source = "./m" }
output "w" { value = module.m.w }
