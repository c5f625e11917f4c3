subnets = {
  web = { cidr = "10.0.0.0/24", ranges = [{ name = "pods", cidr = "10.1.0.0/16" }] }
  db  = { cidr = "10.0.1.0/24", region = "r2" }
}
