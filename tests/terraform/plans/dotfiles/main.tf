output "o" { value = try(local.x, 1) }
locals { y = 1 }
