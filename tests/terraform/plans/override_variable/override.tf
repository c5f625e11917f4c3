variable "v" { type = number }
variable "s" { sensitive = true }
