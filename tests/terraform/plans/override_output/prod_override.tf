output "o" { value = "over-${terraform_data.r.input}" }
resource "terraform_data" "r" {
  triggers_replace = [1]
  lifecycle {
    prevent_destroy = true
  }
}
