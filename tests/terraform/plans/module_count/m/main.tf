variable "index" { type = number }
resource "terraform_data" "own" {
  count = var.index + 1
  input = "${var.index}.${count.index}"
}
output "text" { value = join(",", terraform_data.own[*].input) }
