variable "name" { type = string }
variable "settings" {
  type    = object({ size = number, label = optional(string, "none") })
  default = { size = 0 }
}
locals { upper = upper(var.name) }
resource "terraform_data" "this" {
  input = "${local.upper}:${var.settings.size}"
}
module "leaf" {
  source = "./leaf"
  value  = terraform_data.this.input
}
output "summary" { value = { name = var.name, settings = var.settings, input = terraform_data.this.input } }
output "leaf" { value = module.leaf.echo }
output "path" { value = path.module }
