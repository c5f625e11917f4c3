file = "terraform.tfvars"
