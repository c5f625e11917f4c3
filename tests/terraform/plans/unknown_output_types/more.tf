resource "terraform_data" "text" { input = "t" }
output "text" { value = "x-${terraform_data.text.output}" }
output "upper" { value = upper(terraform_data.text.output) }
