output "a" { value=file("${path.module}/d/a.txt") }
output "b" { value=jsondecode(file("d/x.json")).k }
output "c" { value=fileset("d","*.{txt,json}") }
output "d" { value=templatefile("d/t.tpl",{n=["a","b"]}) }
output "e" { value=fileset(".","**/*.txt") }
output "f" { value=fileexists("d/none") }
output "g" { value=filebase64("d/a.txt") }
output "h" { value={for f in fileset("d","*.json") : trimsuffix(f,".json") => jsondecode(file("d/${f}"))} }
output "i" { value=fileset("d","**") }
output "j" { value=fileset("d","*") }
output "k" { value=fileset("d/","[a-b].txt") }
output "l" { value=fileset("d","s/?.txt") }
output "m" { value=fileset("d","[!a].txt") }
output "n" { value=fileset("d","s") }
