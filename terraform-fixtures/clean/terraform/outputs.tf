output "network" {
  description = "Full name of the network."
  value       = module.network.network_id
}

output "connector" {
  description = "Full name of the VPC connector that services in the main region use."
  value       = google_vpc_access_connector.main.id
}

output "dr_connector" {
  description = "Full name of the standby's VPC connector, where there is one."
  value       = one(google_vpc_access_connector.dr[*].id)
}

output "service_urls" {
  description = "Address of each Cloud Run service."
  value       = { for name, service in google_cloud_run_v2_service.service : name => service.uri }
}
