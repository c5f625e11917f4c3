resource "terraform_data" "tags" { input = local.final }
