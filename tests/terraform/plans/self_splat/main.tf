locals {
 list=[{n="a",t=["x"]},{n="b",t=[]}]
 m={for o in local.list : o.n => o}
}
output "a" { value=local.list[*].t[0:1] }
