variable "label" { type = string }
resource "terraform_data" "label" {
  input            = upper(var.label)
  triggers_replace = { module = path.module }
}
output "label" { value = terraform_data.label.input }
output "path" { value = path.module }
