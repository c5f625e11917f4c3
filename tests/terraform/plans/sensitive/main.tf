variable "p" {
 sensitive=true
 default="hush"
}
locals { x = { user="u", pw=var.p } }
output "u" { value=local.x.user }
output "n" { value=length(nonsensitive(var.p)) }
output "i" { value=issensitive(var.p) }
output "k" { value=keys(local.x) }
output "l" { value=nonsensitive("${var.p}-x") }
