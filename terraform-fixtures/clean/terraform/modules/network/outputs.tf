output "network_name" {
  description = "Short name of the network."
  value       = google_compute_network.this.name
}

output "network_id" {
  description = "Full name of the network."
  value       = google_compute_network.this.id
}

output "subnets" {
  description = "Names of the subnetworks by their suffix."
  value       = { for key, subnet in google_compute_subnetwork.this : key => subnet.name }
}
