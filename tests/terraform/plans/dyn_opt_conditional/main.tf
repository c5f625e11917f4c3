
variable "egress" {
  type = string
  default = null
}
variable "conf" {
  type = object({ min = optional(number), max = optional(number, 10) })
  default = {}
}
output "a" { value = coalesce(var.egress, "private-ranges-only") }
output "b" { value = var.egress != null ? [var.egress] : [] }
output "c" { value = var.conf.min == null ? "unset" : tostring(var.conf.min) }
output "d" { value = merge({ a = 1 }, var.egress == null ? {} : { e = var.egress }) }
output "e" { value = try(var.conf.min + 1, 5) }
output "f" { value = var.conf.max * 2 }
output "g" { value = var.egress == null ? null : upper(var.egress) }
output "h" { value = compact([var.egress, "x"]) }
output "i" { value = [for x in [var.egress] : x if x != null] }
output "j" { value = var.egress[*] }
output "k" { value = { for k, v in var.conf : k => v if v != null } }
output "l" { value = format("%v", var.egress) }
output "m" { value = max(coalesce(var.conf.min, 2), 1) }
output "n" { value = "${coalesce(var.egress, "a")}/${var.conf.max}" }
output "o" { value = concat(var.egress[*], ["z"]) }
output "p" { value = var.egress == null && true }
output "q" { value = jsonencode(var.conf) }
output "r" { value = var.conf == { min = null, max = 10 } }
