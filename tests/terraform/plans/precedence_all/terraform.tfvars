v = { source = "terraform.tfvars" }
w = "terraform.tfvars"
x = "terraform.tfvars"
