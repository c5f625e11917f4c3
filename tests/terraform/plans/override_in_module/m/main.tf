locals { x = "base" }
output "o" { value = local.x }
