variable "env" { default = "staging" }
locals { names = ["a", "b"] }
module "m" {
  source = "./m"
  names  = local.more
}
output "all" { value = module.m.all }
