package main

import rego.v1

# METADATA
# title: A connector carries the required throughput
# description: >-
#   A connector that is too small drops connections under load, and services behind it see their databases time out.
#   Its throughput must start at no less than params.min_throughput (default 300 Mbps) and be able to grow to
#   params.max_throughput (default 1000 Mbps).
# custom:
#   id: policy-connector-throughput
#   severity: high
#   part: policies
#   kinds: [connector]
#   reads: [min_throughput, max_throughput, min_instances, max_instances]
#   params: {min_throughput: number, max_throughput: number}
deny contains result if {
	input.resource.kind == "connector"
	count(throughput_problems) > 0
	result := {
		"msg": sprintf("%s %s", [input.resource.label, concat("; it ", [problem.text | some problem in throughput_problems])]),
		"field": "throughput",
		"paths": [problem.path | some problem in throughput_problems],
		"fix": {"edit": throughput_edit, "command": throughput_command, "verify": throughput_verify},
	}
}

# The mission's values, where no parameter says otherwise.
default throughput_floor := 300

throughput_floor := data.params.min_throughput

default throughput_ceiling := 1000

throughput_ceiling := data.params.max_throughput

# The API's throughput fields are another view of its instance counts, 100 Mbps an instance whatever the machine type;
# where both are given, instances take precedence.
throughput_per_instance := 100

throughput_effective(instances, _, _) := instances.known * throughput_per_instance

throughput_effective(instances, throughput, _) := throughput.known if instances.absent

throughput_effective(instances, throughput, fallback) := fallback if {
	instances.absent
	throughput.absent
}

# The leaf that decides: what a report cites.
throughput_decided_by(instances, _, instances_path, _) := instances_path if not instances.absent

throughput_decided_by(instances, _, _, throughput_path) := throughput_path if instances.absent

# Where a declaration gives nothing, the smallest connector is made: 2 to 3 instances.
throughput_problems contains problem if {
	least := throughput_effective(input.resource.min_instances, input.resource.min_throughput, 200)
	least < throughput_floor
	problem := {
		"text": sprintf("has a minimum throughput of %v Mbps, and at least %v Mbps is required", [least, throughput_floor]),
		"path": throughput_decided_by(input.resource.min_instances, input.resource.min_throughput, "min_instances", "min_throughput"),
	}
}

throughput_problems contains problem if {
	most := throughput_effective(input.resource.max_instances, input.resource.max_throughput, 300)
	most < throughput_ceiling
	problem := {
		"text": sprintf("can grow to %v Mbps only, and %v Mbps is required", [most, throughput_ceiling]),
		"path": throughput_decided_by(input.resource.max_instances, input.resource.max_throughput, "max_instances", "max_throughput"),
	}
}

throughput_by_instances if not input.resource.min_instances.absent

throughput_by_instances if not input.resource.max_instances.absent

throughput_edit := sprintf("set min_instances = %v and max_instances = %v", [throughput_min_instances, throughput_max_instances]) if throughput_by_instances

throughput_edit := sprintf("set min_throughput = %v and max_throughput = %v", [throughput_floor, throughput_ceiling]) if not throughput_by_instances

throughput_min_instances := ceil(throughput_floor / throughput_per_instance)

throughput_max_instances := ceil(throughput_ceiling / throughput_per_instance)

throughput_command := sprintf(
	"gcloud compute networks vpc-access connectors update %s %s --min-instances %v --max-instances %v",
	[input.resource.label, input.resource.gcloud_flags, throughput_min_instances, throughput_max_instances],
)

throughput_verify := sprintf(
	"gcloud compute networks vpc-access connectors describe %s %s",
	[input.resource.label, input.resource.gcloud_flags],
)
