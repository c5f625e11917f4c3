services = {
  api = { image = "api:1", env = { LEVEL = "debug" }, scale = { min = 1 } }
  web = { image = "web:2" }
}
