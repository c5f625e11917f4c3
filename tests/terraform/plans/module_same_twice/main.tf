module "one" {
  source = "./m"
  n      = 1
}
module "two" {
  source = "./m/../m"
  n      = module.one.n + 1
}
output "n" { value = [module.one.n, module.two.n] }
