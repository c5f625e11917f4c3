output "o" { value = terraform_data.r.input }
