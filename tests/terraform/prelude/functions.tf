# What the truth files of functions need on top: templates, and files beside this one.

locals {
  template         = "hello $${name}"
  template_number  = "$${number}"
  template_broken  = "hello $${name"
  template_list    = "%%{ for item in items }<$${item}>%%{ endfor }"
  template_file    = "$${file(\"text.txt\")}"
  template_unknown = local.unknown_string
  # A string whose beginning is known.
  prefixed = "ab-${terraform_data.string.id}"
  secrets  = { a = sensitive("hush"), b = "open" }
}
