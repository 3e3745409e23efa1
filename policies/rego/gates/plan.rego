# METADATA
# title: Plan
# description: >-
#   A Terraform plan as "terraform show -json" tells it: the resources that stand when it is
#   applied, what is not known before that, and what the configuration says of it.
package nexus.gates.plan

import rego.v1

import data.nexus.gates.waivers

# METADATA
# title: Subjects
# description: >-
#   The resources of these types (a set or an array) that stand after the plan is applied and are
#   not waived from the rule, as "terraform.tracing". Each is an entry of resource_changes; its
#   attributes are in change.after.
subjects(rule, types) := {resource |
	some resource in standing
	resource.type in types
	not waivers.waived(rule, resource.address)
}

standing := {resource |
	some resource in input.resource_changes
	resource.mode == "managed"
	is_object(resource.change.after)
}

# METADATA
# title: Finding
# description: What a rule denies, in the form that conftest prints and the gate explains.
finding(resource, fault) := {
	"msg": sprintf("%s %s", [resource.address, fault]),
	"subject": resource.address,
}

# METADATA
# title: Unknown
# description: Whether an attribute of a resource (its path as an array) is known only after apply.
unknown(resource, path) if {
	some depth in numbers.range(1, count(path))
	object.get(resource.change.after_unknown, array.slice(path, 0, depth), false) == true
}

# METADATA
# title: References
# description: >-
#   What the configuration's expression for a top-level attribute refers to, as
#   "aws_kms_key.data.arn", within the resource's own module; what a module's variable stands for
#   is followed one call up. Empty for a constant.
references(resource, attribute) := own | passed if {
	own := {text | some text in declared[place(resource.address)].expressions[attribute].references}
	passed := {text |
		some variable in own
		startswith(variable, "var.")
		some text in calls[module_of(resource.address)].expressions[trim_prefix(variable, "var.")].references
	}
}

# METADATA
# title: Place
# description: A resource's address in the configuration, which has no indices.
place(address) := regex.replace(address, `\[[^\]]*\]`, "")

declared[address] := resource if {
	walk(input.configuration.root_module, [path, resource])
	path[count(path) - 2] == "resources"
	address := concat("", [module_prefix(path), resource.address])
}

calls[address] := call if {
	walk(input.configuration.root_module, [path, call])
	path[count(path) - 2] == "module_calls"
	address := trim_suffix(module_prefix(path), ".")
}

module_prefix(path) := concat("", [text |
	some index, part in path
	part == "module_calls"
	text := sprintf("module.%s.", [path[index + 1]])
])

module_of(address) := concat(".", array.slice(parts, 0, count(parts) - 2)) if {
	parts := split(place(address), ".")
}
