module "b" { source = "../b" }
output "id" { value = module.b.id }
