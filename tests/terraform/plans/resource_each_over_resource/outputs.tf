output "b" { value = { for key, own in terraform_data.b : key => own.input } }
output "ids" { value = values(terraform_data.a)[*].id }
