output "a" {
 value = <<EOT
line1
  line2
EOT
}
output "b" {
 value = <<-EOT
    a
      b

    c
  EOT
}
output "c" {
 value = <<-EOT
	tab
		two
 EOT
}
output "d" {
 value = jsonencode(<<EOF
{"a": "${1+1}"}
EOF
)
}
output "e" {
 value = [<<A
x
A
, "y"]
}
output "f" {
 value = <<-EOT
  %{ if true }
  yes
  %{ else }
  no
  %{ endif }
  EOT
}
output "g" {
 value = trimspace(<<-EOT
  $${not} %%{not} \n "q"
  EOT
  )
}
output "h" {
 value = <<-EOT
    a
   ${"b"}
      c
  EOT
}
