locals {
  name_prefix = "${var.product}-${var.environment}"
  registry    = "${var.region}-docker.pkg.dev/${var.project_id}/${var.product}"

  labels = {
    product     = var.product
    environment = var.environment
    managed_by  = "terraform"
  }

  subnets = {
    main = {
      region        = var.region
      ip_cidr_range = "10.20.0.0/20"
    }
    dr = {
      region        = var.dr_region
      ip_cidr_range = "10.20.16.0/20"
    }
  }

  # One entry a Cloud Run service. The key is the service's name.
  services = {
    "${var.product}-backend-${var.environment}" = {
      component     = "backend"
      region        = var.region
      dr            = false
      port          = 8000
      cpu           = "2"
      memory        = "2Gi"
      min_instances = 1
      max_instances = 10
      public        = false
      secrets       = ["postgres-password", "jwt-signing-key"]
    }
    "${var.product}-auth-${var.environment}" = {
      component     = "auth"
      region        = var.region
      dr            = false
      port          = 8080
      cpu           = "1"
      memory        = "512Mi"
      min_instances = 1
      max_instances = 5
      public        = false
      secrets       = ["postgres-password", "jwt-signing-key"]
    }
    "${var.product}-frontend-${var.environment}" = {
      component     = "frontend"
      region        = var.region
      dr            = false
      port          = 3000
      cpu           = "1"
      memory        = "512Mi"
      min_instances = 0
      max_instances = 5
      public        = true
      secrets       = []
    }
    "${var.product}-analytics-${var.environment}" = {
      component     = "analytics"
      region        = var.region
      dr            = false
      port          = 8090
      cpu           = "1"
      memory        = "1Gi"
      min_instances = 0
      max_instances = 3
      public        = false
      secrets       = ["clickhouse-password"]
    }
    "${var.product}-backend-dr" = {
      component     = "backend"
      region        = var.dr_region
      dr            = true
      port          = 8000
      cpu           = "2"
      memory        = "2Gi"
      min_instances = 0
      max_instances = 10
      public        = false
      secrets       = ["postgres-password", "jwt-signing-key"]
    }
  }

  active_services = { for name, service in local.services : name => service if !service.dr || var.enable_dr }
  secret_names    = toset(flatten([for service in values(local.active_services) : service.secrets]))

  common_env = {
    ENVIRONMENT     = var.environment
    POSTGRES_HOST   = google_sql_database_instance.postgres.private_ip_address
    REDIS_HOST      = google_redis_instance.cache.host
    REDIS_PORT      = tostring(google_redis_instance.cache.port)
    CLICKHOUSE_HOST = var.clickhouse_host
  }
}
