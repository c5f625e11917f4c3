output "w" { value = terraform.workspace == "prod" ? "p" : "d" }
