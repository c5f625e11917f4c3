variable "project_id" {
  description = "Project of the network."
  type        = string
}

variable "name" {
  description = "Name of the network, and prefix of its subnetworks."
  type        = string
}

variable "subnets" {
  description = "Subnetworks by their suffix."
  type = map(object({
    region                = string
    ip_cidr_range         = string
    private_google_access = optional(bool, true)
  }))
}
