variable "project_id" {
  description = "Project that holds the environment."
  type        = string
}

variable "region" {
  description = "Region of everything that users reach."
  type        = string
  default     = "us-central1"
}

variable "environment" {
  description = "Name of the environment, used as a suffix."
  type        = string

  validation {
    condition     = contains(["staging", "production"], var.environment)
    error_message = "The environment is either staging or production."
  }
}

variable "product" {
  description = "Prefix of every resource name."
  type        = string
  default     = "netra"
}

variable "connector_cidr" {
  description = "Range of the VPC connector: a /28 that nothing else uses."
  type        = string
  default     = "10.8.0.0/28"
}

variable "enable_dr" {
  description = "Whether the standby backend in the second region is kept up."
  type        = bool
  default     = false
}

variable "dr_region" {
  description = "Region of the standby backend."
  type        = string
  default     = "us-east1"
}

variable "dr_connector_cidr" {
  description = "Range of the standby's VPC connector."
  type        = string
  default     = "10.8.0.16/28"
}

variable "database" {
  description = "Size of the Postgres instance."
  type = object({
    tier              = string
    disk_size_gb      = optional(number, 20)
    availability_type = optional(string, "ZONAL")
    version           = optional(string, "POSTGRES_15")
  })
}

variable "redis_memory_gb" {
  description = "Memory of the Redis instance."
  type        = number
  default     = 1
}

variable "image_tag" {
  description = "Tag of the images for the first apply; deploys move it afterwards."
  type        = string
  default     = "bootstrap"
}

variable "clickhouse_host" {
  description = "Private address of the ClickHouse node that the data team runs."
  type        = string
  default     = "10.20.8.5"
}
