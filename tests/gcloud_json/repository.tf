resource "google_vpc_access_connector" "shop" {
  name          = "shop-connector"
  project       = "shop-staging"
  region        = "europe-west1"
  network       = "shop-vpc"
  ip_cidr_range = "10.8.0.0/28"
  min_instances = 2
  max_instances = 3
}

resource "google_vpc_access_connector" "lost" {
  name          = "lost-connector"
  project       = "shop-staging"
  region        = "europe-west1"
  network       = "shop-vpc"
  ip_cidr_range = "10.8.1.0/28"
  min_instances = 2
  max_instances = 3
}

resource "google_cloud_run_v2_service" "checkout" {
  name     = "checkout"
  project  = "shop-staging"
  location = "europe-west1"
  template {
    vpc_access {
      connector = google_vpc_access_connector.shop.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/checkout"
    }
  }
}

resource "google_cloud_run_v2_service" "catalog" {
  name     = "catalog"
  project  = "shop-staging"
  location = "europe-west1"
  template {
    vpc_access {
      connector = google_vpc_access_connector.shop.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/catalog"
    }
  }
}

resource "google_cloud_run_v2_service" "search" {
  name     = "search"
  project  = "shop-staging"
  location = "europe-west4"
  template {
    vpc_access {
      network_interfaces {
        network    = "shop-vpc"
        subnetwork = "shop-run"
        tags       = ["run-egress"]
      }
      egress = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/search"
    }
  }
}
