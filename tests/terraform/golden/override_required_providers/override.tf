terraform {
  required_providers {
    gcp = {
      source = "hashicorp/google"
    }
  }
}
