provider "google" {
  alias   = "net"
  project = "net"
}
module "m" {
  source    = "./m"
  for_each  = toset(["a", "b"])
  providers = { google = google.net }
  name      = each.key
}
output "ids" { value = [for own in module.m : own.id] }
