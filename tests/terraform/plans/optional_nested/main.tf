
variable "svc" {
  type = map(object({
    cpu = optional(number, 1)
    env = optional(map(string), {})
    vpc = optional(object({ egress = optional(string, "private-ranges-only"), conn = optional(string) }), {})
    ports = optional(list(object({ n = number, p = optional(string, "tcp") })), [{ n = 80 }])
    tags = optional(set(string))
  }))
}
output "svc" { value = var.svc }
output "eg" { value = { for k, v in var.svc : k => v.vpc.egress } }
output "cn" { value = { for k, v in var.svc : k => v.vpc.conn == null } }
output "tg" { value = [for k, v in var.svc : coalesce(v.tags, toset(["none"]))] }
