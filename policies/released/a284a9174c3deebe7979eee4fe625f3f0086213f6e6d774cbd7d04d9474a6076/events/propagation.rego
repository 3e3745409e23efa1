# METADATA
# title: Propagation
# description: >-
#   The secondary path has listeners that nobody enumerates, so an event with personal fields, or
#   with a classification that events/data.json keeps off it, travels on the core path only.
# custom:
#   severity: critical
#   fix: Set the schema's propagation to core, or take what is personal or confidential out.
package nexus.events.propagation

import rego.v1

import data.nexus.lib.shown

deny contains reason if {
	not on_core
	not impersonal
	reason := sprintf("%s has personal fields and may travel on the core path only", [shown.event])
}

deny contains reason if {
	not path_is_open
	reason := sprintf("%s may not travel on this path with its classification", [shown.event])
}

on_core if input.event.propagation == "core"

impersonal if input.event.personal == []

path_is_open if input.event.propagation in data.events.paths[input.event.classification]
