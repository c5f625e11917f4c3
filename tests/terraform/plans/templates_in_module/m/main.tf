variable "names" { type = list(string) }
resource "terraform_data" "text" {
  input = templatefile("${path.module}/t.tftpl", { names = var.names, root = path.root })
}
output "text" { value = terraform_data.text.input }
