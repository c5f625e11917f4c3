package main_test

import rego.v1

import data.main

throughput_connector := {
	"kind": "connector",
	"label": "c",
	"side": "declared",
	"source": "google_vpc_access_connector.c",
	"gcloud_flags": "--region us-central1 --project p",
	"network": {"known": "projects/p/global/networks/n"},
	"ip_cidr_range": {"known": "10.8.0.0/28"},
	"subnet": {"absent": true},
	"min_throughput": {"known": 300},
	"max_throughput": {"known": 1000},
	"min_instances": {"absent": true},
	"max_instances": {"absent": true},
}

# The fields replace those of the base as a whole: a union alone would merge what is in them.
throughput_with(fields) := object.union(object.remove(throughput_connector, object.keys(fields)), fields)

throughput_results(fields) := [result |
	results := main.deny with input as {"resource": throughput_with(fields)}
	some result in results
	result.field == "throughput"
]

test_throughput_as_required if count(throughput_results({})) == 0

test_throughput_minimum_too_small if {
	results := throughput_results({"min_throughput": {"known": 200}})
	count(results) == 1
	results[0].paths == ["min_throughput"]
	results[0].msg == "c has a minimum throughput of 200 Mbps, and at least 300 Mbps is required"
	results[0].fix.edit == "set min_throughput = 300 and max_throughput = 1000"
}

test_throughput_maximum_too_small if {
	results := throughput_results({"max_throughput": {"known": 500}})
	count(results) == 1
	results[0].paths == ["max_throughput"]
}

test_throughput_from_instances if {
	instances := {
		"min_throughput": {"absent": true},
		"max_throughput": {"absent": true},
		"min_instances": {"known": 3},
		"max_instances": {"known": 10},
	}
	count(throughput_results(instances)) == 0
	results := throughput_results(object.union(object.remove(instances, ["min_instances"]), {"min_instances": {"known": 2}}))
	count(results) == 1
	results[0].paths == ["min_instances"]
	results[0].fix.edit == "set min_instances = 3 and max_instances = 10"
}

test_throughput_instances_take_precedence if {
	count(throughput_results({"min_instances": {"known": 2}})) == 1
	count(throughput_results({"min_throughput": {"known": 200}, "min_instances": {"known": 3}})) == 0
}

test_throughput_absent_is_the_smallest_connector if {
	results := throughput_results({"min_throughput": {"absent": true}, "max_throughput": {"absent": true}})
	count(results) == 1
	contains(results[0].msg, "200 Mbps")
	contains(results[0].msg, "300 Mbps only")
}

test_throughput_unknown_is_no_denial if {
	unknown := {"unknown": ["var.size is not set"]}
	count(throughput_results({"min_throughput": unknown})) == 0
	count(throughput_results({"max_throughput": unknown})) == 0
	count(throughput_results({"min_instances": unknown})) == 0
	count(throughput_results({"max_instances": unknown})) == 0
}

test_throughput_limits_are_parameters if {
	count(throughput_results({"min_throughput": {"known": 200}})) == 0 with data.params as {"min_throughput": 200}
	count(throughput_results({})) == 1 with data.params as {"min_throughput": 400}
	count(throughput_results({"max_throughput": {"known": 500}})) == 0 with data.params as {"max_throughput": 500}
}

test_throughput_is_of_connectors_only if count(throughput_results({"kind": "service", "min_throughput": {"known": 200}})) == 0
