provider "google" {
  alias   = "usw1"
  project = "west"
}
provider "google" {
  alias   = "usw2"
  project = "east"
}
module "tunnel" {
  source = "./tunnel"
  providers = {
    google.src = google.usw1
    google.dst = google.usw2
  }
}
output "ends" { value = module.tunnel.ends }
