resource "terraform_data" "r" {
  input = "x"
  provisioner "local-exec" {
    command = "echo ${self.input}"
  }
  connection {
    type = "ssh"
    host = "h"
  }
}
