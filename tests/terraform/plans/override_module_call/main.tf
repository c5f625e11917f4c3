module "m" {
  source = "./a"
  name   = "base"
  kept   = "kept"
}
output "who" { value = module.m.who }
