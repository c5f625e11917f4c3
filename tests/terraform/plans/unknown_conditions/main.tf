resource "terraform_data" "u" { input = "u" }
locals { on = terraform_data.u.id != "" }
resource "terraform_data" "c" {
  input = {
    scalar = terraform_data.u.id == "a" ? "x" : "y"
    same   = terraform_data.u.id == "a" ? "x" : "x"
    and    = terraform_data.u.id == "a" && true
    text   = "v-${terraform_data.u.id}"
    list   = [terraform_data.u.id, "b"]
    nested = { deep = { id = terraform_data.u.id, name = "k" } }
  }
}
