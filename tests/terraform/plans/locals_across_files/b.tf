locals {
  extra = { cost = var.cost, owner = "you" }
}
variable "cost" {}
