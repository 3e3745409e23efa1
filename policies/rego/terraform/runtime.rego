# METADATA
# title: Runtime
# description: >-
#   A function runs on a runtime that is tested and maintained, and on arm64, for which the package
#   is built. A container image has no such runtime.
# custom:
#   severity: high
#   fix: Set runtime and architectures to what data.json allows, and package for that.
package nexus.terraform.runtime

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(function, "runs on a runtime that is not allowed") if {
	some function in functions
	not runs(function)
}

deny contains plan.finding(function, "runs on an architecture that is not allowed") if {
	some function in functions
	not built(function)
}

deny contains plan.finding(function, "runs code of others, from a layer") if {
	some function in functions
	layered(function)
}

deny contains plan.finding(function, sprintf("lets %s change what runs", [name])) if {
	some function in functions
	some name, _ in object.get(function.change.after, ["environment", 0, "variables"], {})
	name in data.terraform.runtime.variables
}

layered(function) if not bare(function)

bare(function) if object.get(function.change.after, "layers", null) in {null, []}

layered(function) if object.get(function.change.after_unknown, "layers", []) in {[true], true}

functions := plan.subjects("terraform.runtime", {"aws_lambda_function"})

runs(function) if function.change.after.runtime in data.terraform.runtime.runtimes

built(function) if function.change.after.architectures == data.terraform.runtime.architectures
