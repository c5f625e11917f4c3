resource "terraform_data" "a" { input = "a" }
module "m" {
  source   = "./m"
  for_each = { one = terraform_data.a.id, two = "known" }
  value    = each.value
}
output "values" { value = { for key, own in module.m : key => own.value } }
output "lengths" { value = [for own in module.m : own.constant] }
