module "m" {
 v = 2
}
