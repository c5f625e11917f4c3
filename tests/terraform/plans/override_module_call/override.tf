module "m" {
  source = "./b"
  name   = "over"
}
