package main_test

import rego.v1

import data.main

range_connector := {
	"kind": "connector",
	"label": "c",
	"side": "declared",
	"source": "google_vpc_access_connector.c",
	"gcloud_flags": "--region us-central1 --project p",
	"ip_cidr_range": {"known": "10.8.0.0/28"},
	"subnet": {"absent": true},
	"min_throughput": {"known": 300},
	"max_throughput": {"known": 1000},
	"min_instances": {"absent": true},
	"max_instances": {"absent": true},
}

# The fields replace those of the base as a whole: a union alone would merge what is in them.
range_with(fields) := object.union(object.remove(range_connector, object.keys(fields)), fields)

range_results(fields) := [result |
	results := main.deny with input as {"resource": range_with(fields)}
	some result in results
	result.field == "ip_cidr_range"
]

test_range_is_a_28 if count(range_results({})) == 0

test_range_of_another_size if {
	results := range_results({"ip_cidr_range": {"known": "10.8.0.0/24"}})
	count(results) == 1
	results[0].msg == "c uses the range 10.8.0.0/24, and a /28 is required"
	count(range_results({"ip_cidr_range": {"known": "10.8.0.0/29"}})) == 1
}

test_range_is_not_needed_with_a_subnet if {
	subnet := {"known": "projects/p/regions/us-central1/subnetworks/s"}
	count(range_results({"ip_cidr_range": {"absent": true}, "subnet": subnet})) == 0
}

test_range_and_subnet_absent if {
	results := range_results({"ip_cidr_range": {"absent": true}})
	count(results) == 1
	results[0].msg == "c has neither a range nor a subnet, and a /28 is required"
}

test_range_unknown_is_no_denial if {
	unknown := {"unknown": ["var.range is not set"]}
	count(range_results({"ip_cidr_range": unknown})) == 0
	count(range_results({"ip_cidr_range": {"absent": true}, "subnet": unknown})) == 0
}

test_range_length_is_a_parameter if {
	count(range_results({"ip_cidr_range": {"known": "10.8.0.0/27"}})) == 0 with data.params as {"prefix_length": 27}
	count(range_results({})) == 1 with data.params as {"prefix_length": 27}
}
