variable "a" {
 type=string
 nullable=false
 default="x"
}
output "a" { value=var.a == null }
