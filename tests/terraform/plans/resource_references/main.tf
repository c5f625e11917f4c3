resource "terraform_data" "base" {
  input            = { name = "n", list = ["a", "b"] }
  triggers_replace = ["t"]
}
resource "terraform_data" "uses" {
  input = {
    whole   = terraform_data.base.input
    name    = terraform_data.base.input.name
    item    = terraform_data.base.input.list[1]
    output  = terraform_data.base.output
    id      = terraform_data.base.id
    trigger = terraform_data.base.triggers_replace
  }
}
