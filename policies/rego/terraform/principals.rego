# METADATA
# title: Principals
# description: >-
#   Nobody at large may take on a role, and nobody from another account or identity provider may do
#   so, or use a resource, without a condition that bounds who; nor may a service use a resource for
#   each of its customers. What lets everyone use a resource is public access.
# custom:
#   severity: critical
#   fix: Name the service or the role; give a service, another account or a provider a Condition.
package nexus.terraform.principals

import rego.v1

import data.nexus.gates.conditions
import data.nexus.gates.holders
import data.nexus.gates.iam
import data.nexus.gates.plan

deny contains plan.finding(resource, fault) if {
	some resource in plan.subjects("terraform.principals", iam.holders)
	some statement in iam.allowed[resource.address]
	some principal in statement.principals
	principal.id != "*"
	principal.type != "Service"
	not conditions.bounded(statement)
	not at_home(principal)
	fault := sprintf("lets %s in without a condition", [principal.id])
}

# A service acts for all its customers; which of them may become a role is its own affair.
deny contains plan.finding(resource, sprintf("lets every customer of %s in", [principal.id])) if {
	some resource in plan.subjects("terraform.principals", iam.holders)
	some statement in iam.allowed[resource.address]
	statement.kind == "resource"
	some principal in statement.principals
	principal.id != "*"
	principal.type == "Service"
	not conditions.bounded(statement)
}

deny contains plan.finding(role, "can be taken on by anyone") if {
	some role in plan.subjects("terraform.principals", {"aws_iam_role"})
	some statement in iam.allowed[role.address]
	statement.kind == "trust"
	some principal in statement.principals
	principal.id == "*"
}

at_home(principal) if {
	principal.type == "AWS"
	holders.at_home(principal.id)
}
