# METADATA
# title: No expiry
# description: What is in the event store stays for ever, so its table has no time to live.
# custom:
#   severity: critical
#   fix: Take the ttl block from the event store's table, or set its enabled to false.
package nexus.terraform.no_expiry

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "lets commits expire") if {
	some table in tables.event_stores("terraform.no_expiry")
	not keeps(table)
}

# DynamoDB says what it does when nobody has said anything: it keeps.
keeps(table) if {
	plan.unknown(table, ["ttl"])
	not plan.configured(table, "ttl")
	plan.declared[plan.place(table.address)]
}

keeps(table) if {
	not plan.unknown(table, ["ttl"])
	every block in object.get(table.change.after, "ttl", []) {
		block.enabled == false
	}
}
