resource "terraform_data" "a" {
 count = 2
 input = 2
}
output "o" { value = terraform_data.a.input }
