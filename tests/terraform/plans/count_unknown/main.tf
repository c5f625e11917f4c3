resource "terraform_data" "a" { input = "a" }
resource "terraform_data" "b" {
  count = length(terraform_data.a.id)
  input = count.index
}
