resource "terraform_data" "t" { input = { b = 2 } }
output "p" { value = "over" }
