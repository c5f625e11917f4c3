locals {
  plain = <<EOT
hello
  world
EOT
  dedent = <<-EOT
    hello
      world
    end
    EOT
  dedent_interpolation = <<-EOT
      a ${1 + 1}
    ${"b"} c
        d
    EOT
  interpolation = <<EOT
x=${1 + 2} y=$${z} %%{w} "quoted" \n \\
EOT
  loop = <<-EOT
    %{ for x in ["a", "b"] ~}
    item ${x}
    %{ endfor ~}
    end
  EOT
  loop_unstripped = <<EOT
%{ for x in ["a", "b"] }
item ${x}
%{ endfor }
EOT
  loop_start_strip = <<EOT
begin
  %{~ for x in ["a", "b"] ~}
  ${x},
  %{~ endfor ~}
end
EOT
  condition = <<EOT
%{ if true ~}
yes
%{ else ~}
no
%{ endif ~}
EOT
  nested = <<-EOT
    %{ for k, v in { a = [1, 2], b = [] } ~}
    ${k}:
      %{ for i in v ~}
      - ${i}
      %{ endfor ~}
    %{ endfor ~}
  EOT
  interpolation_strip = <<EOT
a
  ${~ "b" ~}
  c
EOT
  empty = <<EOT
EOT
  blank_lines = <<-EOT

    a

      b
  EOT
  single = "${[1, 2]}"
  tabs = <<-EOT
	x
	  y
	EOT
  in_call = join("|", [<<-A
    one
    A
    , <<-B
    two
    B
  ])
  multi_conditional = (
    true
    ? "a"
    : "b"
  )
  for_value = { for k, v in { x = 1 } : k =>
    v
    == 1 ? "one" : "other" }
  doubled = { x = 1, x = 2 }
  doubled_lines = {
    first = "a"
    other = "b"
    first = "c"
  }
  comment_join = { for k, v in { x = 1 } : k =>
    v # not this
    + 1
  }
  multi_line_call = merge(
    { a = 1 },
    # a comment
    { b = 2 },
  )
  keywords = { true = 1, null = 2, for = 3, if = 4 }
  template_list = ["${"a"}-${1}", "x${""}y"]
  legacy = [{ n = [1, 2] }, { n = [3] }].*.n.0
  quoted_newline = "a\nb"
  crlf = "a\r\nb"
  unicode = "é ${upper("é")} ☃"
  if_nested = "%{ if false }a%{ else }%{ if true }b%{ endif }%{ endif }"
}
