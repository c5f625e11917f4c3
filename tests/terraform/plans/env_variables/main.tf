variable "plain" {}
variable "any" { type = any }
variable "list" { type = list(number) }
variable "object" {
  type = object({ a = string, b = optional(number, 7) })
}
variable "flag" { type = bool }
variable "default" { default = "kept" }
variable "file" { default = "default" }
resource "terraform_data" "all" {
  input = { plain = var.plain, any = var.any, list = var.list, object = var.object, flag = var.flag }
}
output "default" { value = var.default }
output "file" { value = var.file }
