output "guarded" {
  value = terraform_data.new.input
  precondition {
    condition     = terraform_data.new.input != ""
    error_message = "Empty."
  }
}
