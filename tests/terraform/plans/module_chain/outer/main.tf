variable "names" { type = set(string) }
variable "region" {}
module "inner" {
  source   = "../inner"
  for_each = var.names
  label    = "${each.key}-${var.region}"
}
output "labels" { value = { for key, own in module.inner : key => own.label } }
output "paths" { value = [path.module, module.inner["a"].path] }
