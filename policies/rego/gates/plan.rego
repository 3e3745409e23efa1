# METADATA
# title: Plan
# description: >-
#   A Terraform plan as "terraform show -json" tells it: the resources that stand when it is
#   applied, what is not known before that, and what the configuration says of it.
package nexus.gates.plan

import rego.v1

import data.nexus.gates.configuration
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

# METADATA
# title: Standing
# description: Every resource of the plan that stands after it is applied, waived or not.
standing := {resource |
	some resource in managed
	is_object(resource.change.after)
}

# METADATA
# title: Managed
# description: Every resource that the plan keeps, makes, changes, destroys or forgets.
managed := {resource |
	some resource in input.resource_changes
	resource.mode == "managed"
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
#   "aws_kms_key.data.arn", in terms of the module where it stands; variables and outputs are
#   followed through all modules. Empty for a constant.
references(resource, attribute) := {text | some [_, text] in reached(resource, [attribute])}

# METADATA
# title: Targets
# description: >-
#   The addresses of the resources that the expression at a path (as ["server_side_encryption", 0,
#   "kms_key_arn"]) refers to: without any index, and with the resource's own where it is constant.
targets(resource, path) := {address |
	some [module, text] in reached(resource, path)
	some form in {text, place(text)}
	named := regex.find_n(address_pattern, form, 1)[0]
	address := concat("", [configuration.prefix(module), named])
}

address_pattern := `^aws_[a-z0-9_]+\.[A-Za-z0-9_-]+(\["(\\.|[^"\\])*"\]|\[[0-9]+\])?`

reached(resource, path) := configuration.reached(resource.address, path) if has_declaration(resource)

# A resource that the configuration doesn't have is proved by nothing.
reached(resource, _) := set() if not has_declaration(resource)

has_declaration(resource) if declared[place(resource.address)]

# METADATA
# title: Declared
# description: The resources that the configuration declares, by their place.
declared := configuration.declared

# METADATA
# title: Place
# description: A resource's address in the configuration, which has no indices.
place(address) := configuration.place(address)

# METADATA
# title: Configured
# description: Whether the configuration has the block or attribute of this name in the resource.
configured(resource, name) if declared[place(resource.address)].expressions[name]

# METADATA
# title: Attached
# description: >-
#   The resources of a type that belong to a resource by an attribute of theirs ("bucket"): it
#   refers to that resource, or equals the value by which that resource goes (may be null).
attached(resource, type, attribute, value) := {other |
	some other in standing
	other.type == type
	belongs(other, attribute, resource, value)
}

belongs(other, attribute, _, value) if {
	is_string(value)
	other.change.after[attribute] == value
}

belongs(other, attribute, resource, _) if {
	unknown(other, [attribute])
	resource.address in targets(other, [attribute])
}

belongs(other, attribute, resource, _) if {
	unknown(other, [attribute])
	place(resource.address) in targets(other, [attribute])
	configuration.indices(resource.address) == configuration.indices(other.address)
}
