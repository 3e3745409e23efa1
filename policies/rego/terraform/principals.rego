# METADATA
# title: Principals
# description: >-
#   Nobody at large may take on a role or use a resource, and nobody from another account or
#   identity provider without a condition.
# custom:
#   severity: critical
#   fix: Name the service or the role; give another account or a provider a Condition.
package nexus.terraform.principals

import rego.v1

import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

deny contains plan.finding(resource, fault) if {
	some resource in plan.subjects("terraform.principals", iam.holders)
	some statement in iam.allowed[resource.address]
	some principal in statement.principals
	some fault in faults(principal, statement.condition)
}

faults(principal, _) := {"lets everyone in"} if principal.id == "*"

faults(principal, {}) := {sprintf("lets %s in without a condition", [principal.id])} if {
	principal.id != "*"
	principal.type != "Service"
	not at_home(principal)
}

at_home(principal) if {
	principal.type == "AWS"
	account := regex.replace(principal.id, `^arn:[a-z-]+:(iam|sts)::([0-9]{12}):[^*?]+$`, "$2")
	account in holders.accounts
}
