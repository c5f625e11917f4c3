variable "region" {
  type = string
}

resource "terraform_data" "connector" {
  count = 2
  input = "${var.region}-${count.index}"
}

output "ids" {
  value = terraform_data.connector[*].id
}
