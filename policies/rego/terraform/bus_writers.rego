# METADATA
# title: Writers of the bus
# description: >-
#   Only the event router puts events on the bus, since only it has them from the event store,
#   validated. An event from elsewhere would be one that never happened.
# custom:
#   severity: critical
#   fix: Append the event to the event store, and let the router publish it.
package nexus.terraform.bus_writers

import rego.v1

import data.nexus.gates.grants
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

settings := data.terraform.bus_writers

deny contains plan.finding(resource, sprintf("allows %s on %s", [action, channel.name])) if {
	some resource in plan.subjects("terraform.bus_writers", iam.holders)
	some statement in iam.allowed[resource.address]
	some channel in settings.bus
	grants.reaches(statement, channel.service, channel.name)
	some action in grants.of(statement, channel.actions)
	not to_writers(resource, statement)
}

to_writers(resource, statement) if {
	statement.kind == "identity"
	holders.named(holders.role[resource.address], settings.writers)
}

to_writers(_, statement) if {
	statement.kind == "resource"
	every principal in statement.principals {
		regex.match(`^arn:[a-z-]+:iam::[0-9]{12}:role/`, principal.id)
		holders.named(regex.replace(principal.id, `^.*/`, ""), settings.writers)
	}
}
