# Variables and values as modules have them, known in part and unknown in part.

variable "plain" {
  type    = string
  default = "text"
}

variable "nothing" {
  type    = string
  default = null
}

variable "anything" {
  type    = any
  default = { a = 1, b = ["x", "y"], c = { d = null } }
}

variable "settings" {
  type = object({
    name    = string
    memory  = optional(string, "512Mi")
    cpu     = optional(number)
    labels  = optional(map(string), {})
    ports   = optional(list(number), [8080])
    scaling = optional(object({ min = optional(number, 0), max = optional(number, 3) }), {})
    probe   = optional(object({ path = optional(string, "/"), port = number }))
  })
  default = { name = "api", cpu = 2 }
}

variable "services" {
  type = map(object({
    image   = string
    public  = optional(bool, false)
    env     = optional(map(string), {})
    regions = optional(list(string), ["us-central1"])
    vpc     = optional(object({ connector = optional(string), egress = optional(string, "PRIVATE_RANGES_ONLY") }))
  }))
  default = {
    api    = { image = "api:1", public = true, env = { A = "1" }, vpc = { connector = "c1" } }
    worker = { image = "worker:2", regions = ["us-east1", "europe-west1"] }
  }
}

variable "subnets" {
  type = list(object({
    name   = string
    cidr   = string
    region = optional(string, "us-central1")
    ranges = optional(list(object({ name = string, cidr = string })), [])
  }))
  default = [
    { name = "a", cidr = "10.0.0.0/24" },
    { name = "b", cidr = "10.0.1.0/24", region = "us-east1", ranges = [{ name = "pods", cidr = "10.1.0.0/16" }] },
  ]
}

variable "pairs" {
  type    = list(tuple([string, number]))
  default = [["a", 1], ["b", 2]]
}

variable "names" {
  type    = set(string)
  default = ["b", "a", "b"]
}

variable "secret" {
  type      = string
  default   = "hush"
  sensitive = true
}

locals {
  # Known names, and attributes of which some are not known.
  partly = {
    name   = "api"
    url    = local.unknown_string
    id     = local.unknown_id
    ports  = [80, local.unknown_number]
    labels = { team = "x", owner = local.unknown_string }
    nested = { on = true, host = local.unknown_string, none = null }
  }

  partly_map = tomap({ a = "x", b = local.unknown_string })

  partly_list = tolist(["x", local.unknown_string])

  # Instances by name, as resources and modules give them.
  instances = {
    one = { id = local.unknown_id, zone = "a", tags = ["web"] }
    two = { id = local.unknown_string, zone = "b", tags = ["web", "db"] }
  }

  # Two elements, one of them not known.
  partly_objects = [
    { name = "a", enabled = true, value = "1" },
    { name = "b", enabled = false, value = local.unknown_string },
  ]

  objects = [
    { name = "a", enabled = true, value = "1" },
    { name = "b", enabled = false, value = "2" },
    { name = "c", enabled = true, value = null },
  ]

  nested = {
    dev  = { region = "us", sizes = { small = 1, large = 4 }, zones = ["a", "b"] }
    prod = { region = "eu", sizes = { small = 2, large = 8 }, zones = ["c"] }
  }
}
