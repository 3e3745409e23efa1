# METADATA
# title: No global table
# description: >-
#   The event store is in one region: between replicas the last writer wins, so one of two commits
#   at the same version would be lost in silence.
# custom:
#   severity: critical
#   fix: Take replica blocks and aws_dynamodb_table_replica or aws_dynamodb_global_table from the event store.
package nexus.terraform.no_global_table

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.tables

deny contains plan.finding(table, "has replicas") if {
	some table in tables.event_stores("terraform.no_global_table")
	not alone(table)
}

alone(table) if {
	not plan.unknown(table, ["replica"])
	count(object.get(table.change.after, "replica", [])) == 0
}

deny contains plan.finding(global, "makes a global table of the event store") if {
	some global in plan.subjects("terraform.no_global_table", {"aws_dynamodb_global_table"})
	tables.event_store(global)
}

deny contains plan.finding(replica, "is a replica of the event store") if {
	some replica in plan.subjects("terraform.no_global_table", {"aws_dynamodb_table_replica"})
	not of_another_table(replica)
}

of_another_table(replica) if {
	arn := replica.change.after.global_table_arn
	is_string(arn)
	not tables.named_event_store(arn)
}

# An ARN that is not known yet is of the tables that it refers to, and none may be the event store.
of_another_table(replica) if {
	plan.unknown(replica, ["global_table_arn"])
	referred := tables_of(replica)
	count(referred) > 0
	every table in referred {
		not tables.event_store(table)
	}
}

tables_of(replica) := {table |
	some table in plan.standing
	table.type == "aws_dynamodb_table"
	some address in {table.address, plan.place(table.address)}
	address in plan.targets(replica, ["global_table_arn"])
}
