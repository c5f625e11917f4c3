resource "terraform_data" "new" { input = "n" }
moved {
  from = terraform_data.old
  to   = terraform_data.new
}
removed {
  from = terraform_data.gone
  lifecycle {
    destroy = false
  }
}
check "health" {
  assert {
    condition     = terraform_data.new.input == "n"
    error_message = "Not n."
  }
}
output "o" { value = terraform_data.new.input }
