# METADATA
# title: Insert only
# description: >-
#   Nobody may change, overwrite or delete what the event store's table holds, only a deployment may
#   change the table, and only the command service inserts.
# custom:
#   severity: critical
#   fix: Grant reading, or another table. Only the writers in data.json may have dynamodb:PartiQLInsert.
package nexus.terraform.insert_only

import rego.v1

import data.nexus.gates.grants
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

settings := data.terraform.insert_only

deny contains plan.finding(resource, sprintf("allows %s on the event store's table", [action])) if {
	some resource in plan.subjects("terraform.insert_only", iam.holders)
	some statement in iam.allowed[resource.address]
	statement.kind != "trust"
	grants.reaches(statement, "dynamodb", data.terraform.data.event_store)
	some action in grants.of(statement, refused(holders.role[resource.address]))
}

refused(role) := array.concat(settings.changing, array.concat(administering(role), inserting(role)))

administering(role) := [] if deploys(role)

administering(role) := settings.deploying if not deploys(role)

inserting(role) := [] if writes(role)

inserting(role) := settings.inserting if not writes(role)

deploys(role) if holders.named(role, settings.deployers)

writes(role) if holders.named(role, settings.writers)
