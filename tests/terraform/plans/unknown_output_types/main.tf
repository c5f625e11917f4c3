resource "terraform_data" "typed" { input = { a = 1, b = ["x"] } }
locals { o = terraform_data.typed.output }
output "whole" { value = local.o }
output "part" { value = local.o.a }
output "item" { value = local.o.b[0] }
output "length" { value = length(terraform_data.typed.output.b) }
