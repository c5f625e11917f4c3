variable "v" {
  type    = map(string)
  default = { source = "default" }
}
variable "w" { default = "default" }
variable "x" { default = "default" }
variable "y" { default = "default" }
variable "z" { default = "default" }
resource "terraform_data" "v" { input = var.v }
output "wxyz" { value = [var.w, var.x, var.y, var.z] }
