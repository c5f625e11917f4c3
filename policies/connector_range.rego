package main

import rego.v1

# METADATA
# title: A connector's own range is a /28
# description: >-
#   The API takes only a /28 (params.prefix_length) for the range that a connector reserves in its network; with another
#   size the connector is not made, or it takes addresses that others need. A connector that is made from a subnet has no
#   range of its own.
# custom:
#   id: policy-connector-range
#   severity: high
#   part: policies
#   kinds: [connector]
#   reads: [ip_cidr_range, subnet]
#   params: {prefix_length: number}
deny contains result if {
	input.resource.kind == "connector"
	some problem in range_problems
	result := {
		"msg": sprintf("%s %s", [input.resource.label, problem]),
		"field": "ip_cidr_range",
		"paths": ["ip_cidr_range"],
		"fix": {"edit": sprintf("set ip_cidr_range to a free /%v of the network, such as 10.8.0.0/%v; the connector is made anew", [range_prefix_length, range_prefix_length])},
	}
}

# The mission's value, where no parameter says otherwise.
default range_prefix_length := 28

range_prefix_length := data.params.prefix_length

range_problems contains problem if {
	prefix := split(input.resource.ip_cidr_range.known, "/")[1]
	to_number(prefix) != range_prefix_length
	problem := sprintf("uses the range %s, and a /%v is required", [input.resource.ip_cidr_range.known, range_prefix_length])
}

range_problems contains problem if {
	input.resource.ip_cidr_range.absent
	input.resource.subnet.absent
	problem := sprintf("has neither a range nor a subnet, and a /%v is required", [range_prefix_length])
}
