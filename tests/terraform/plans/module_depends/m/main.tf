resource "terraform_data" "own" { input = "own" }
output "value" { value = "fixed" }
output "own" {
  value      = terraform_data.own.input
  depends_on = [terraform_data.own]
}
