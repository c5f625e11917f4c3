provider "google" {
  project = "shop-staging"
  region  = "europe-west1"
}

resource "google_vpc_access_connector" "main" {
  name          = "main"
  network       = "staging-vpc"
  ip_cidr_range = "10.8.0.0/28"
  machine_type  = "e2-standard-4"
  min_instances = 2
  max_instances = 10
}

resource "google_vpc_access_connector" "egress" {
  name          = "egress"
  machine_type  = "e2-standard-4"
  min_instances = 2
  max_instances = 10
  subnet {
    name = "connector-egress"
  }
}

resource "google_vpc_access_connector" "onhost" {
  name          = "onhost"
  machine_type  = "e2-standard-4"
  min_instances = 2
  max_instances = 10
  subnet {
    name       = "connector-reports"
    project_id = "shop-net"
  }
}

resource "google_vpc_access_connector" "shared" {
  name          = "shared"
  project       = "shop-net"
  network       = "shop-vpc"
  ip_cidr_range = "10.58.0.0/28"
  machine_type  = "e2-standard-4"
  min_instances = 2
  max_instances = 10
}

resource "google_cloud_run_v2_service" "api" {
  name     = "api"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  template {
    vpc_access {
      connector = google_vpc_access_connector.main.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/api:9f31c7e"
    }
  }
}

resource "google_cloud_run_v2_service" "checkout" {
  name     = "checkout"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  template {
    vpc_access {
      connector = google_vpc_access_connector.egress.id
      egress    = "ALL_TRAFFIC"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/checkout:9f31c7e"
    }
  }
}

resource "google_cloud_run_v2_service" "reports" {
  name     = "reports"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  template {
    vpc_access {
      connector = google_vpc_access_connector.onhost.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/reports:9f31c7e"
    }
  }
}

resource "google_cloud_run_v2_service" "direct" {
  name     = "direct"
  location = "europe-west1"
  ingress  = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  template {
    vpc_access {
      egress = "PRIVATE_RANGES_ONLY"
      network_interfaces {
        network    = "projects/shop-net/global/networks/shop-vpc"
        subnetwork = "projects/shop-net/regions/europe-west1/subnetworks/run-shared"
        tags       = ["run-direct"]
      }
    }
    volumes {
      name = "cloudsql"
      cloud_sql_instance {
        instances = ["shop-net:europe-west1:ledger"]
      }
    }
    containers {
      image = "europe-west1-docker.pkg.dev/shop-staging/shop/direct:9f31c7e"
    }
  }
}

resource "google_cloud_run_v2_job" "export" {
  name     = "export"
  location = "europe-west1"
  template {
    template {
      vpc_access {
        egress = "ALL_TRAFFIC"
        network_interfaces {
          network    = "projects/shop-staging/global/networks/staging-vpc"
          subnetwork = "projects/shop-staging/regions/europe-west1/subnetworks/run-egress"
        }
      }
      containers {
        image = "x/export"
      }
    }
  }
}

resource "google_cloud_run_v2_worker_pool" "mailer" {
  name     = "mailer"
  location = "europe-west1"
  template {
    vpc_access {
      connector = google_vpc_access_connector.shared.id
      egress    = "PRIVATE_RANGES_ONLY"
    }
    containers {
      image = "x/mailer"
    }
  }
}
