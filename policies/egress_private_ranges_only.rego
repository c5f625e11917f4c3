package main

import rego.v1

# METADATA
# title: A service sends private ranges only through the VPC
# description: >-
#   With all traffic going through the connector, calls to public addresses need a Cloud NAT and compete with database
#   traffic for its throughput. The required setting is params.egress (default PRIVATE_RANGES_ONLY); an egress that is
#   not set means private ranges only.
# custom:
#   id: policy-egress-private-ranges-only
#   severity: high
#   part: policies
#   kinds: [service]
#   reads: [egress]
#   params: {egress: string}
deny contains result if {
	input.resource.kind == "service"
	egress_effective != egress_required
	result := {
		"msg": sprintf("%s has the egress setting %s, and %s is required", [input.resource.label, egress_effective, egress_required]),
		"field": "vpc_access.egress",
		"paths": ["egress"],
		"fix": {
			"edit": sprintf("set egress to %s", [egress_required]),
			"command": sprintf("gcloud run services update %s %s --vpc-egress %s", [input.resource.label, input.resource.gcloud_flags, egress_flag]),
			"verify": sprintf("gcloud run services describe %s %s", [input.resource.label, input.resource.gcloud_flags]),
		},
	}
}

# The mission's value, where no parameter says otherwise. Both the API's word and gcloud's are understood.
default egress_required := "PRIVATE_RANGES_ONLY"

egress_required := upper(replace(data.params.egress, "-", "_"))

egress_effective := input.resource.egress.known

egress_effective := "PRIVATE_RANGES_ONLY" if input.resource.egress.absent

egress_flag := lower(replace(egress_required, "_", "-"))
