
locals {
  env = "staging"
  base = { region = "us-central1", project = "p-${local.env}" }
  conn = "projects/${local.base.project}/locations/${local.base.region}/connectors/c"
  services = { for n in ["api","web"] : n => merge(local.base, { name = "${n}-${local.env}" }) }
  flat = flatten([for k, s in local.services : [for r in ["a","b"] : { key = "${k}-${r}", s = s.name }]])
  byk = { for f in local.flat : f.key => f }
  sizes = lookup({ staging = { min = 2, max = 3 }, prod = { min = 3, max = 10 } }, local.env, { min = 1, max = 1 })
  nets = [for i, z in ["a","b","c"] : { zone = z, cidr = cidrsubnet("10.0.0.0/16", 4, i) }]
  grp = { for f in local.flat : f.s => f.key... }
  text = <<-EOT
    hello ${local.env}
      %{ for n in ["x","y"] ~}
    - ${n}
      %{ endfor ~}
    end
  EOT
}
output "conn" { value = local.conn }
output "byk" { value = local.byk }
output "sizes" { value = local.sizes.min }
output "nets" { value = local.nets }
output "grp" { value = local.grp }
output "text" { value = local.text }
output "ws" { value = terraform.workspace }
output "path" { value = [path.module, path.root] }
