resource "terraform_data" "a" {
 count = 1
 for_each = toset(["a"])
 input = 2
}
output "o" { value = terraform_data.a[0].input }
