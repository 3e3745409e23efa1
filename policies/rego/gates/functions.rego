# METADATA
# title: Functions
# description: >-
#   Which functions of the plan a resource means by its function_name: a name or an ARN, or, when
#   that is known only after apply, what the configuration refers to. A reference to a module means
#   every function in it, so that a rule about all of them leaves none out.
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
	some reference in plan.references(resource, "function_name")
	refers(reference, sprintf(".%s", [plan.place(function.address)]))
}

refers(reference, place) if {
	startswith(reference, "aws_lambda_function.")
	endswith(place, sprintf(".%s", [reference]))
}

refers(reference, place) if {
	startswith(reference, "module.")
	contains(place, sprintf(".%s.", [reference]))
}
