locals {
  teams = {
    blue  = { members = ["a", "b"], admin = true }
    green = { members = [], admin = false }
  }
  pairs = merge([for team, own in local.teams : { for member in own.members : "${team}/${member}" => { team = team, member = member } }]...)
}
resource "terraform_data" "team" {
  for_each = local.teams
  input    = { name = each.key, size = length(each.value.members) }
}
resource "terraform_data" "member" {
  for_each         = local.pairs
  input            = each.value.member
  triggers_replace = terraform_data.team[each.value.team].id
}
