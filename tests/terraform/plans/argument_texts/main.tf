variable "none" {}
variable "string" { type = string }
variable "number" { type = number }
variable "map" { type = map(list(string)) }
variable "tuple" { type = tuple([string, bool]) }
variable "null" {
  type    = any
  default = "d"
}
resource "terraform_data" "all" { input = [var.none, var.string, var.number, var.map, var.tuple, var.null] }
