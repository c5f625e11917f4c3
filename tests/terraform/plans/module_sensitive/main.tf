module "m" {
  source = "./m"
  secret = "s3cret"
}
resource "terraform_data" "uses" { input = "x-${module.m.secret}" }
output "length" { value = nonsensitive(length(module.m.secret)) }
output "open" { value = module.m.open }
