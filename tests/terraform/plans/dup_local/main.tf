locals { a = 1 }
locals { a = 2 }
output "o" { value = local.a }
