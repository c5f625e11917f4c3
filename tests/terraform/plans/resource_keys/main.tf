resource "terraform_data" "odd" {
  for_each = toset(["plain", "with \"quotes\"", "dollar $${x} %%{y}", "tab\there", "ünï", "a/b.c[d]", "back\\slash"])
  input    = length(each.key)
}
