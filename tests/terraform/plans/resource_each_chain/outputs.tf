output "admins" { value = [for team, own in local.teams : terraform_data.team[team].input.name if own.admin] }
output "by_team" { value = { for key, own in terraform_data.member : split("/", key)[0] => own.input... } }
