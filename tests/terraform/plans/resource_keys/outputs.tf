output "keys" { value = keys(terraform_data.odd) }
