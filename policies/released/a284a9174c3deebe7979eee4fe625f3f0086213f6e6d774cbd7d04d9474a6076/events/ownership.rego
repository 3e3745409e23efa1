# METADATA
# title: Ownership
# description: >-
#   An event belongs to the context that owns its schema, and only that context produces it: the
#   command that it follows from is of the same. Its schema says how it is classified and on which
#   path it travels, in known words.
# custom:
#   severity: critical
#   fix: Emit it from the context that owns it, or correct its schema's governance properties.
package nexus.events.ownership

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.shown

allow if {
	owned
	produced_at_home
	classified
	routed
}

deny contains reason if {
	not owned
	reason := sprintf("%s is not owned by its own context", [shown.event])
}

deny contains reason if {
	not produced_at_home
	reason := sprintf("%s may not be produced by %s: its own context produces it", [shown.event, shown.producer])
}

deny contains "The event's classification is not known" if not classified

deny contains "The event's propagation is not known" if not routed

owned if {
	names.event_is_known
	[input.event.owner, _] = split(input.event.type, ".")
}

produced_at_home if {
	names.event_is_known
	names.producer_is_known
	[context, _] := split(input.event.type, ".")
	[context, _] = split(input.producer, ".")
}

classified if input.event.classification in object.keys(data.events.paths)

routed if {
	some paths in data.events.paths
	input.event.propagation in paths
}
