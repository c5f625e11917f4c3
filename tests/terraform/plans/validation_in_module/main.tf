module "m" {
  for_each = { ok = 1, high = 11 }
  source   = "./m"
  size     = each.value
}
output "sizes" { value = { for key, own in module.m : key => own.size } }
