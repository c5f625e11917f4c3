locals {
  settings = {
    default = { size = 1 }
    prod    = { size = 10 }
  }
}
resource "terraform_data" "r" { input = local.settings[terraform.workspace] }
