locals {
  base  = { env = "staging", tags = { owner = "me" } }
  final = merge(local.base.tags, local.extra, { env = local.base.env })
}
