module "m" {
  source = "./m"
  list   = "text"
}
output "x" { value = module.m.list }
