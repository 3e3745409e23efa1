# METADATA
# title: Whole stream
# description: >-
#   What reads the event store's stream reads all of it, from the first record that is there and
#   without a filter: a commit that a router or an audit never saw would be missed by nobody. A
#   source that can't be told counts as that stream.
# custom:
#   severity: critical
#   fix: >-
#     Take filter_criteria out, set starting_position = "TRIM_HORIZON" and leave the mapping enabled;
#     choose in the function what it acts on.
package nexus.terraform.whole_stream

import rego.v1

import data.nexus.gates.commit_readers
import data.nexus.gates.plan

deny contains plan.finding(mapping, sprintf("does not read the whole stream of commits: %s", [fault])) if {
	some mapping in commit_readers.mappings("terraform.whole_stream")
	some fault in faults(mapping)
}

faults(mapping) := {"it filters" | filters(mapping)} | ({"it is off" | not on(mapping)} | {"it begins late" | not begins(mapping)})

filters(mapping) if not takes_all(mapping)

takes_all(mapping) if object.get(mapping.change.after, "filter_criteria", null) in {null, []}

filters(mapping) if plan.unknown(mapping, ["filter_criteria"])

on(mapping) if {
	not plan.unknown(mapping, ["enabled"])
	object.get(mapping.change.after, "enabled", true) == true
}

begins(mapping) if mapping.change.after.starting_position == "TRIM_HORIZON"
