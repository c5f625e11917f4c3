# Forms that need more than one line; their values are in `language/forms.txt`.

locals {
  form_heredoc         = <<EOT
plain
  indented
EOT
  form_heredoc_dash    = <<-EOT
      two
    none
        four
  EOT
  form_heredoc_blank   = <<-EOT

      a

    b

  EOT
  form_heredoc_spaces  = <<-EOT
      a
   
    b
  EOT
  form_heredoc_start   = <<-EOT
    ${"x"} a
      b
  EOT
  form_heredoc_tag     = <<-EOT
  ${"x"}
      b
  EOT
  form_heredoc_first   = <<-EOT
${"x"}
      b
  EOT
  form_heredoc_escape  = <<EOT
\n \t \\ "q" $${x} %%{y} $x %y $$z
EOT
  form_heredoc_unknown = <<EOT
a ${local.unknown_string}
b
EOT
  form_heredoc_quotes  = <<EOT
{"a": "${"b"}", "c": [1, 2]}
EOT
  form_heredoc_json    = jsondecode(<<EOT
{"a": "${"b"}", "c": [1, 2]}
EOT
  )
  form_heredoc_trim    = trimspace(<<-EOT
    x
    y
  EOT
  )
  form_heredoc_list = [<<A
one
A
    , <<B
two
B
  ]
  form_heredoc_object = {
    a = <<-EOT
      x
    EOT
    b = 1
  }
  form_heredoc_function = upper(<<EOT
x
EOT
  )
  form_heredoc_name = <<a-b_1
x
a-b_1
  form_heredoc_inner = <<EOT
EOT not yet
 x EOT
EOT
  form_if = <<-EOT
    %{if true}
    a
    %{else}
    b
    %{endif}
  EOT
  form_if_strip = <<-EOT
    begin
    %{~ if true ~}
    a
    %{~ else ~}
    b
    %{~ endif ~}
    end
  EOT
  form_if_left = <<-EOT
    begin
    %{~ if true }
    a
    %{~ endif }
    end
  EOT
  form_if_right = <<-EOT
    begin
    %{ if true ~}
    a
    %{ endif ~}
    end
  EOT
  form_if_line = <<-EOT
    x %{if false}a%{else}b%{endif} y
  EOT
  form_if_unknown = <<-EOT
    x
    %{ if local.unknown_bool ~}
    a
    %{ endif ~}
  EOT
  form_for = <<-EOT
    %{ for x in ["a", "b"] }
    ${x}
    %{ endfor }
  EOT
  form_for_strip = <<-EOT
    %{~ for x in ["a", "b"] ~}
    ${x}
    %{~ endfor ~}
  EOT
  form_for_right = <<-EOT
    list:
    %{ for i, x in ["a", "b"] ~}
      ${i}: ${x}
    %{ endfor ~}
    end
  EOT
  form_for_empty = <<-EOT
    a
    %{ for x in [] ~}
    ${x}
    %{ endfor ~}
    b
  EOT
  form_for_unknown = <<-EOT
    a
    %{ for x in local.unknown_list ~}
    ${x}
    %{ endfor ~}
  EOT
  form_nested = <<-EOT
    %{ for k, v in { a = [1, 2], b = [] } ~}
    ${k}
    %{ if length(v) > 0 ~}
    %{ for i in v ~}
      - ${i}
    %{ endfor ~}
    %{ else ~}
      none
    %{ endif ~}
    %{ endfor ~}
  EOT
  form_strip_many = <<-EOT
    a


    ${~ "b" ~}


    c
  EOT
  form_strip_both = <<EOT
  x  ${~ "b" ~}  y
EOT
  form_interpolation_lines = "${
    upper(
      "a"
    )
  }-b"
  form_parentheses = (
    1
    + 2
    *
    3
  )
  form_operators = (
    true &&
    !false
    || false
  )
  form_conditional = (
    local.list[0] == "a"
    ? "x"
    : local.list[1] == "b"
    ? "y"
    : "z"
  )
  form_conditional_end = true ? {
    a = 1
    } : {
    a = 2
  }
  form_list = [
    1,
    2, # two
    3, // three
    /* four */ 4,
  ]
  form_list_end = [1,
  2]
  form_list_lines = [

    1

    ,
    2

  ]
  form_object = {
    a = 1,
    b = 2
    c : 3
    "d" = 4,

    (local.list[0] == "a" ? "e" : "f") = 5
    "g${1}" : 6 # comment
    // comment
    h = [
      7
    ]
  }
  form_object_nested = {
    a = { b = {
      c = 1
    } }
    d = {}
  }
  form_object_twice = {
    a = 1
    a = 2
    "a" = 3
  }
  form_call = merge(
    { a = 1 },
    { b = 2 },
  )
  form_call_expanded = concat(
    [["a"], ["b"]]...
  )
  form_call_comments = max( # first
    1,                      // second
    /* third */
    2
  )
  form_for_list = [
    for x in local.list :
    upper(x)
    if x != "b"
  ]
  form_for_object = {
    for k, v in local.map :
    k => {
      value = v
      upper = upper(v)
    }
    if v != ""
  }
  form_for_conditional = { for k, v in local.map : k =>
    v == "x"
    ? "first"
    : "other"
  }
  form_for_attribute = { for k, v in local.nested : k => v
    .region
  }
  form_for_operator = { for k, v in { a = 1 } : k => v
    + 1
    * 2
  }
  form_for_group = {
    for x in local.objects :
    tostring(x.enabled) => x.name...
  }
  form_for_nested = flatten([
    for k, v in local.nested : [
      for z in v.zones : {
        name = "${k}-${z}"
        zone = z
      }
    ]
  ])
  form_index = local.list[
    0
  ]
  form_splat = (local.objects
  [*].name)
  form_traversal = (local
  .map)
  form_comment_end = 1 /* a */ + /* b
  c */ 2
  form_slash       = "a//b#c/*d*/"
  form_unicode     = "日本 ${"é"} 🎉"
  form_tabs        = <<-EOT
		a
			b
	EOT
}
