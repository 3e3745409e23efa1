# METADATA
# title: Change stream
# description: >-
#   The event store's table tells of each commit by its stream, with the whole new item. Old items
#   are refused too: nothing there is ever changed, so whoever asks for them means something else.
# custom:
#   severity: critical
#   fix: Set stream_enabled = true and stream_view_type = "NEW_IMAGE" on the event store's table.
package nexus.terraform.change_stream

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "has no stream of new images") if {
	some table in tables.event_stores("terraform.change_stream")
	not streams(table.change.after)
}

streams(table) if {
	table.stream_enabled == true
	table.stream_view_type == "NEW_IMAGE"
}
