module "m" {
  source = "./m"
  unused = ["x"]
}
output "x" { value = module.m.x }
