output "base" { value = terraform_data.base }
output "uses_name" { value = terraform_data.uses.input.name }
output "mixed" { value = [terraform_data.base.id, "x", terraform_data.base.input.name] }
