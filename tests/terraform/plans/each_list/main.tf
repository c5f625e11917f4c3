resource "terraform_data" "a" {
 for_each = ["a"]
 input = 2
}
output "o" { value = length(terraform_data.a) }
