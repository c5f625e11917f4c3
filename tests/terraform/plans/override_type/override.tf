variable "a" {
 type = number
}
