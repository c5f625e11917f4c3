output "w" { value = "${terraform.workspace}-x" }
