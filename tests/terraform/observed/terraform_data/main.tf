variable "password" {
  type      = string
  sensitive = true
}

variable "egress" {
  type = string
}

resource "terraform_data" "network" {
  input = "staging-vpc"
}

resource "terraform_data" "credentials" {
  input = { user = "app", password = var.password, arguments = ["--verbose", var.password] }
}

resource "terraform_data" "service" {
  for_each = { "backend one" = "eu", "q\"x$${y}" = "us" }
  input    = "${each.value}-${var.egress}"
}

module "pool" {
  source   = "./modules/pool"
  for_each = toset(["eu", "us"])
  region   = each.key
}

output "network_id" {
  value = terraform_data.network.id
}

output "password" {
  value     = var.password
  sensitive = true
}

output "all" {
  value = [for name, own in terraform_data.service : own.id]
}
