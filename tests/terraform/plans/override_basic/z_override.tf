variable "a" { default = "z" }
