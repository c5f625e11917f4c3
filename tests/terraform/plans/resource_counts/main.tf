
resource "terraform_data" "c" {
  count = 3
  input = "n${count.index}"
}
resource "terraform_data" "z" {
  count = 0
  input = "z"
}
resource "terraform_data" "e" {
  for_each = toset(["b","a"])
  input = "${each.key}-${each.value}"
}
resource "terraform_data" "m" {
  for_each = { x = { v = 1 }, y = { v = 2 } }
  input = each.value
}
output "o1" { value = terraform_data.c[*].input }
output "o2" { value = terraform_data.c[1].input }
output "o3" { value = one(terraform_data.z[*].input) }
output "o4" { value = try(terraform_data.z[0].input, "none") }
output "o5" { value = { for k, r in terraform_data.e : k => r.input } }
output "o6" { value = terraform_data.m["x"].input.v }
output "o7" { value = [for r in terraform_data.m : r.input.v] }
output "o8" { value = length(terraform_data.z) }
output "o9" { value = terraform_data.c.0.input }
output "o10" { value = keys(terraform_data.m) }
output "o11" { value = terraform_data.c[*].id }
output "o12" { value = length(terraform_data.c[*].id) }
output "o13" { value = terraform_data.c == [] }
output "o14" { value = length(terraform_data.e) }
output "o15" { value = join("", terraform_data.z.*.input) }
output "o16" { value = can(terraform_data.z[0]) }
output "o17" { value = can(terraform_data.c[0].id) }
output "o18" { value = contains(keys(terraform_data.m), "q") }
output "o19" { value = lookup(terraform_data.m, "x").input }
output "o20" { value = try(terraform_data.m["q"].input, "no") }
