output "o" { value = "base" }
resource "terraform_data" "r" {
  input = "base"
  lifecycle {
    create_before_destroy = true
  }
}
