variable "size" { type = number }
resource "terraform_data" "r" {
  input = var.size
  lifecycle {
    precondition {
      condition     = var.size > 0
      error_message = "Too small."
    }
    ignore_changes       = [input]
    replace_triggered_by = [terraform_data.t]
  }
}
resource "terraform_data" "t" {}
