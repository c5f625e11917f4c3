variable "name" { type = string }
variable "config" {
  type = object({
    image = string
    env   = map(string)
    scale = object({ min = number, max = number })
  })
}
resource "terraform_data" "service" {
  input = {
    name  = var.name
    image = var.config.image
    env   = [for key, value in var.config.env : { name = key, value = value }]
  }
}
output "scale" { value = var.config.scale }
