variable "a" { default = "over" }
locals { l = 10 }
