output "c" { value = terraform_data.c.input }
output "deep" { value = terraform_data.c.input.nested.deep.name }
output "count" { value = length(terraform_data.c.input.list) }
