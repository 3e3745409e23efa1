# METADATA
# title: Well-formed question
# description: >-
#   Event, stream, principal and the point of decision are whole and of the right types, so that no
#   other rule can be slipped past by leaving something out.
# custom:
#   severity: critical
#   fix: Ask with the whole question; the reason says which part is missing or malformed.
package nexus.events.well_formed

import rego.v1

import data.nexus.lib.names
import data.nexus.lib.principals
import data.nexus.lib.streams

deny contains "The event needs a type such as orders.OrderPlaced" if {
	not names.event_is_known
}

deny contains "The event's personal fields must be a list of names" if {
	not personal_fields_are_names
}

deny contains "The stream needs a tenant, an aggregate and an id" if not streams.known

deny contains "The principal needs a known kind, an id, a tenant and a list of roles" if {
	not principals.known
}

deny contains "The point of decision must be append or route" if {
	not point_is_known
}

point_is_known if input.point in {"append", "route"}

personal_fields_are_names if {
	is_array(input.event.personal)
	every field in input.event.personal { is_string(field) }
}
