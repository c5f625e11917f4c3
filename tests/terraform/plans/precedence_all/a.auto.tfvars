v = { source = "a.auto.tfvars" }
y = "a.auto.tfvars"
