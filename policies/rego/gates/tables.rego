# METADATA
# title: Tables
# description: >-
#   Which of a plan's tables is the event store, and which hold what can be made again, by the
#   names in terraform/data.json with any prefix. A name that is unknown could be the event store's.
package nexus.gates.tables

import rego.v1

import data.nexus.gates.plan

# METADATA
# title: Event store
# description: Whether a table is the event store, or may be.
event_store(table) if named_event_store(object.get(table.change.after, "name", null))

# METADATA
# title: Named event store
# description: Whether a name, an ARN or what else ends in the name is the event store's; any but a text may be.
named_event_store(name) if {
	is_string(name)
	endswith(name, data.terraform.data.event_store)
}

named_event_store(name) if not is_string(name)

# METADATA
# title: Expendable
# description: Whether all that a table holds can be made again, or is worth nothing later.
expendable(table) if {
	name := table.change.after.name
	is_string(name)
	some suffix in data.terraform.data.expendable
	endswith(name, suffix)
}

# METADATA
# title: Event stores
# description: The tables that are the event store, or may be, and are not waived from the rule.
event_stores(rule) := {table |
	some table in plan.subjects(rule, {"aws_dynamodb_table"})
	event_store(table)
}

# METADATA
# title: Lasting
# description: The tables with what can't be made again that are not waived from the rule.
lasting(rule) := {table |
	some table in plan.subjects(rule, {"aws_dynamodb_table"})
	not expendable(table)
}
