module "nulls" {
  source   = "./m"
  nullable = null
  strict   = null
  typed    = { a = null }
}
module "left_out" {
  source = "./m"
}
output "nulls" { value = module.nulls.all }
output "left_out" { value = module.left_out.all }
