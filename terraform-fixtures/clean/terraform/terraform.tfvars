project_id  = "netra-staging"
environment = "staging"

connector_cidr    = "10.8.0.0/28"
enable_dr         = true
dr_connector_cidr = "10.8.0.16/28"

database = {
  tier         = "db-custom-2-7680"
  disk_size_gb = 50
}

redis_memory_gb = 2
