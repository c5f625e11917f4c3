module "m" {
  source = "./m"
  names  = ["a", "b"]
}
output "text" { value = module.m.text }
