package main

import rego.v1

# METADATA
# title: Every service is attached to the VPC
# description: >-
#   A service without a connector and without a direct VPC interface cannot reach databases and caches that have private
#   addresses only.
# custom:
#   id: policy-service-attached
#   severity: high
#   part: policies
#   kinds: [service]
#   reads: [connector, network_interfaces]
deny contains result if {
	input.resource.kind == "service"
	input.resource.connector.absent
	attached_no_interface
	result := {
		"msg": sprintf("%s has neither a connector nor a direct VPC interface", [input.resource.label]),
		"field": "vpc_access.connector",
		"paths": ["connector"],
		"fix": {
			"edit": "give it a vpc_access block with a connector",
			"command": sprintf("gcloud run services update %s %s --vpc-connector CONNECTOR --vpc-egress private-ranges-only", [input.resource.label, input.resource.gcloud_flags]),
			"verify": sprintf("gcloud run services describe %s %s", [input.resource.label, input.resource.gcloud_flags]),
		},
	}
}

attached_no_interface if input.resource.network_interfaces.absent

attached_no_interface if count(input.resource.network_interfaces.known) == 0
