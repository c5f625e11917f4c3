variable "env" {}
module "b" {
 source="../b"
 for_each=toset(["x","y"])
 k="${var.env}-${each.value}"
}
output "deep" { value=[for m in module.b : m.k] }
output "paths" { value=[path.module,path.root,module.b["x"].p] }
