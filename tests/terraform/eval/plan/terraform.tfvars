services = {
  api = {
    egress = "ALL_TRAFFIC"
    tags   = ["x", "y"]
    scaling = { max = 5 }
  }
  web = {
    memory = "1Gi"
    tags   = []
  }
  job = {
    memory  = null
    egress  = "PRIVATE_RANGES_ONLY"
    scaling = null
    tags    = ["z"]
  }
}
