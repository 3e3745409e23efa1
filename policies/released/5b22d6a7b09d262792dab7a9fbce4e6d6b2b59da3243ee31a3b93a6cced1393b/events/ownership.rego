# METADATA
# title: Ownership
# description: >-
#   An event belongs to the context that owns its schema, and its schema says how it is classified
#   and on which path it travels, in known words.
# custom:
#   severity: critical
#   fix: Emit it from the context that owns it, or correct its schema's governance properties.
package nexus.events.ownership

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.shown

allow if {
	owned
	classified
	routed
}

deny contains reason if {
	not owned
	reason := sprintf("%s is not owned by its own context", [shown.event])
}

deny contains "The event's classification is not known" if not classified

deny contains "The event's propagation is not known" if not routed

owned if {
	names.event_is_known
	[input.event.owner, _] = split(input.event.type, ".")
}

classified if input.event.classification in object.keys(data.events.paths)

routed if {
	some paths in data.events.paths
	input.event.propagation in paths
}
