variable "rules" {
  type = list(object({
    ports = optional(list(number), [443])
    range = optional(string)
    allow = optional(bool, true)
  }))
}
variable "pairs" { type = set(list(string)) }
variable "loose" { type = map(any) }
resource "terraform_data" "rules" {
  count = length(var.rules)
  input = var.rules[count.index]
}
output "pairs" { value = var.pairs }
output "loose" { value = var.loose }
