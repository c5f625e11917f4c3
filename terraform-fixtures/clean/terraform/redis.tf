resource "google_redis_instance" "cache" {
  name               = "${local.name_prefix}-cache"
  region             = var.region
  tier               = "BASIC"
  memory_size_gb     = var.redis_memory_gb
  redis_version      = "REDIS_7_0"
  authorized_network = module.network.network_id
  connect_mode       = "PRIVATE_SERVICE_ACCESS"
  labels             = local.labels

  redis_configs = {
    maxmemory-policy = "allkeys-lru"
  }

  depends_on = [google_service_networking_connection.services]
}
