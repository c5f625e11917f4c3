resource "terraform_data" "r" { input = 1 }
output "x" { value = try(terraform_data.r[0].input, "no") }
