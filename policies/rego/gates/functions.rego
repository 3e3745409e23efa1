# METADATA
# title: Functions
# description: >-
#   Which functions of the plan a resource means by its function_name: a name or an ARN, or, when
#   that is known only after apply, those that the configuration refers to, all of a for_each.
package nexus.gates.functions

import rego.v1

import data.nexus.gates.plan

meant(resource) := {function |
	some function in plan.standing
	function.type == "aws_lambda_function"
	means(resource, function)
}

means(resource, function) if {
	name := resource.change.after.function_name
	is_string(name)
	function.change.after.function_name in split(name, ":")
}

means(resource, function) if {
	plan.unknown(resource, ["function_name"])
	some address in plan.targets(resource, ["function_name"])
	address in {function.address, plan.place(function.address)}
}
