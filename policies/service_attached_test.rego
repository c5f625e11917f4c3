package main_test

import rego.v1

import data.main

attached_service := {
	"kind": "service",
	"label": "s",
	"side": "declared",
	"source": "google_cloud_run_v2_service.s",
	"gcloud_flags": "--region us-central1 --project p",
	"connector": {"known": "projects/p/locations/us-central1/connectors/c"},
	"egress": {"absent": true},
	"network_interfaces": {"absent": true},
}

# The fields replace those of the base as a whole: a union alone would merge what is in them.
attached_with(fields) := object.union(object.remove(attached_service, object.keys(fields)), fields)

attached_results(fields) := [result |
	results := main.deny with input as {"resource": attached_with(fields)}
	some result in results
	result.field == "vpc_access.connector"
]

test_attached_by_connector if count(attached_results({})) == 0

test_attached_by_interface if {
	interface := {"network": {"known": "projects/p/global/networks/n"}, "subnetwork": {"absent": true}, "tags": {"absent": true}}
	count(attached_results({"connector": {"absent": true}, "network_interfaces": {"known": [interface]}})) == 0
}

test_attached_by_nothing if {
	results := attached_results({"connector": {"absent": true}})
	count(results) == 1
	results[0].msg == "s has neither a connector nor a direct VPC interface"
}

test_attached_by_an_empty_list if {
	count(attached_results({"connector": {"absent": true}, "network_interfaces": {"known": []}})) == 1
}

test_attached_unknown_is_no_denial if {
	unknown := {"unknown": ["module.network is not in the repository"]}
	count(attached_results({"connector": unknown})) == 0
	count(attached_results({"connector": {"absent": true}, "network_interfaces": unknown})) == 0
}

test_attached_of_services_only if count(attached_results({"kind": "job", "connector": {"absent": true}})) == 0
