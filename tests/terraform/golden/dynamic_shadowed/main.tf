resource "x_thing" "t" {
  dynamic "level" {
    for_each = ["a", "b"]
    iterator = outer
    content {
      name = outer.value
      dynamic "level" {
        for_each = [1, 2]
        content {
          name = "${outer.value}${level.value}"
        }
      }
    }
  }
}
