resource "terraform_data" "a" { input = 1 }
resource "terraform_data" "a" { input = 2 }
output "o" { value = terraform_data.a.input }
