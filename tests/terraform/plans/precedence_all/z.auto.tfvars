v = { source = "z.auto.tfvars" }
z = "z.auto.tfvars"
