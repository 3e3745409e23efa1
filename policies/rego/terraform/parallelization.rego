# METADATA
# title: Parallelization
# description: >-
#   The stream of the event store's table is read by one batch of a shard at a time: more at once
#   would mix the commits of a stream, since the table's stream keeps order per item only. A source
#   that can't be told counts as that stream.
# custom:
#   severity: high
#   fix: Set parallelization_factor to 1 on the mapping.
package nexus.terraform.parallelization

import rego.v1

import data.nexus.gates.commit_readers
import data.nexus.gates.plan

deny contains plan.finding(mapping, "reads the event store's stream with a parallelization factor other than 1") if {
	some mapping in commit_readers.mappings("terraform.parallelization")
	not one_by_one(mapping)
}

one_by_one(mapping) if mapping.change.after.parallelization_factor == 1
