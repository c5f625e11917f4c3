provider "google" {
  project = "from-override"
}
