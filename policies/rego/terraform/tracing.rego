# METADATA
# title: Tracing
# description: >-
#   Whatever can take part in traces does (functions, the stages of REST APIs, state machines,
#   GraphQL APIs), so that a slow or failed command can be followed across stream and queue.
# custom:
#   severity: medium
#   fix: Set what data.json says for the type, as tracing_config mode to Active on a function.
package nexus.terraform.tracing

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(resource, "is not traced") if {
	some resource in plan.subjects("terraform.tracing", object.keys(data.terraform.tracing))
	not traced(resource)
}

traced(resource) if {
	setting := data.terraform.tracing[resource.type]
	object.get(resource.change.after, setting.path, null) == setting.value
}
