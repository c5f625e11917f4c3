variable "o" {
  type = object({ n = number, l = list(string), d = optional(map(bool), {}) })
}
variable "any" { type = any }
variable "template" { type = string }
resource "terraform_data" "o" { input = var.o }
resource "terraform_data" "any" { input = var.any }
output "template" { value = var.template }
