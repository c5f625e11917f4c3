provider "google" {
  project = "over"
}
provider "google" {
  alias   = "west"
  project = "west-over"
}
