package main_test

import rego.v1

import data.main

egress_service := {
	"kind": "service",
	"label": "s",
	"side": "live",
	"source": "projects/p/locations/us-central1/services/s",
	"gcloud_flags": "--region us-central1 --project p",
	"connector": {"known": "projects/p/locations/us-central1/connectors/c"},
	"egress": {"known": "PRIVATE_RANGES_ONLY"},
	"network_interfaces": {"absent": true},
}

# The fields replace those of the base as a whole: a union alone would merge what is in them.
egress_with(fields) := object.union(object.remove(egress_service, object.keys(fields)), fields)

egress_results(fields) := [result |
	results := main.deny with input as {"resource": egress_with(fields)}
	some result in results
	result.field == "vpc_access.egress"
]

test_egress_private if count(egress_results({})) == 0

test_egress_absent_means_private if count(egress_results({"egress": {"absent": true}})) == 0

test_egress_all_traffic if {
	results := egress_results({"egress": {"known": "ALL_TRAFFIC"}})
	count(results) == 1
	results[0].msg == "s has the egress setting ALL_TRAFFIC, and PRIVATE_RANGES_ONLY is required"
	results[0].fix.command == "gcloud run services update s --region us-central1 --project p --vpc-egress private-ranges-only"
}

test_egress_unknown_is_no_denial if count(egress_results({"egress": {"unknown": ["var.egress is not set"]}})) == 0

test_egress_is_a_parameter if {
	count(egress_results({"egress": {"known": "ALL_TRAFFIC"}})) == 0 with data.params as {"egress": "all-traffic"}
	count(egress_results({"egress": {"absent": true}})) == 1 with data.params as {"egress": "ALL_TRAFFIC"}
	count(egress_results({})) == 0 with data.params as {"egress": "private-ranges-only"}
}

test_egress_of_services_only if count(egress_results({"kind": "job", "egress": {"known": "ALL_TRAFFIC"}})) == 0
