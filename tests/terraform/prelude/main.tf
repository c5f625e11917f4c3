# What the expressions of the truth files may refer to. The outputs of resources that are not there yet are unknown.

resource "terraform_data" "nothing" {}

resource "terraform_data" "string" {
  input = "s"
}

resource "terraform_data" "number" {
  input = 1
}

resource "terraform_data" "bool" {
  input = true
}

resource "terraform_data" "list" {
  input = tolist(["a", "b"])
}

resource "terraform_data" "set" {
  input = toset(["a", "b"])
}

resource "terraform_data" "map" {
  input = tomap({ a = "x", b = "y" })
}

resource "terraform_data" "tuple" {
  input = ["a", 1]
}

resource "terraform_data" "object" {
  input = { a = "x", n = 1 }
}

resource "terraform_data" "many" {
  for_each = toset(["k1", "k2"])
  input    = each.key
}

resource "terraform_data" "counted" {
  count = 2
  input = count.index
}

locals {
  # Of no known type.
  unknown = jsondecode(terraform_data.string.output)
  # Never null, as an id is.
  unknown_id     = terraform_data.string.id
  unknown_string = terraform_data.string.output
  unknown_number = terraform_data.number.output
  unknown_bool   = terraform_data.bool.output
  unknown_list   = terraform_data.list.output
  unknown_set    = terraform_data.set.output
  unknown_map    = terraform_data.map.output
  unknown_tuple  = terraform_data.tuple.output
  unknown_object = terraform_data.object.output

  null_string = true ? null : "s"
  null_list   = true ? null : tolist(["a"])
  secret      = sensitive("hush")

  list = tolist(["a", "b", "c"])
  set  = toset(["c", "a", "b"])
  map  = tomap({ a = "x", b = "y" })
}
