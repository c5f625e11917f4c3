module "a" {
 source="./a"
 env="s"
}
output "o" { value=module.a.deep }
output "p" { value=module.a.paths }
