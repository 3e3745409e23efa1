# METADATA
# title: Configuration
# description: >-
#   What a plan's configuration says that its values don't: which resource an expression refers to,
#   followed through variables, outputs and for_each from module to module. Locals are not in a
#   plan, so whatever goes through one is unproved.
package nexus.gates.configuration

import rego.v1

# METADATA
# title: Place
# description: A resource's address in the configuration, which has no indices.
place(address) := regex.replace(address, indexed, "")

# METADATA
# title: Indices
# description: The indices of an address in order, as text with their brackets.
indices(address) := regex.find_n(indexed, address, -1)

indexed := `\["(?:[^"\\]|\\.)*"\]|\[[0-9]+\]`

# METADATA
# title: Declared
# description: The resources that the configuration declares, by their place.
declared[address] := resource if {
	some path, resource
	walk(input.configuration.root_module, [path, resource])
	path[count(path) - 2] == "resources"
	is_string(resource.address)
	address := concat("", [prefix(module_at(path)), resource.address])
}

# METADATA
# title: Reached
# description: >-
#   All that the expression at a path in a resource's block refers to, near or far, as pairs of a
#   module ("" for the root, "module.data") and a text of it ("aws_kms_key.data.arn").
reached(address, path) := own | further if {
	own := start(declared[place(address)], module_of(address), path)
	further := {node |
		some from in graph.reachable(edges, {[module, place(text)] | some [module, text] in own})
		some node in edges[from]
	}
}

start(resource, module, path) := nodes(module, texts(object.get(resource.expressions, path, {}), resource))

nodes(module, listed) := {[module, text] | some text in listed}

# Within for_each, each.key and each.value stand for what is iterated over.
texts(expression, block) := own | iterated if {
	own := {text | some text in expression.references}
	iterated := {text |
		some name in own
		startswith(name, "each.")
		some text in block.for_each_expression.references
	}
}

edges := object.union(variables, outputs)

variables[[module, variable]] := nodes(parent_of(module), texts(expression, call)) if {
	some module, call in calls
	some name, expression in call.expressions
	variable := concat(".", ["var", name])
}

outputs[[parent_of(module), output]] := nodes(module, texts(declaration.expression, {})) if {
	some module, call in calls
	some name, declaration in call.module.outputs
	output := concat(".", [last_call(module), name])
}

calls[module] := call if {
	some path, call
	walk(input.configuration.root_module, [path, call])
	path[count(path) - 2] == "module_calls"
	module := module_at(path)
}

# Paths go module_calls, name, module, and so on down.
module_at(path) := concat(".", [text |
	some index, name in path
	index % 3 == 1
	path[index - 1] == "module_calls"
	text := sprintf("module.%s", [name])
])

prefix("") := ""

prefix(module) := concat("", [module, "."]) if module != ""

module_of(address) := concat(".", array.slice(parts, 0, count(parts) - 2)) if {
	parts := split(place(address), ".")
}

parent_of(module) := concat(".", array.slice(parts, 0, count(parts) - 2)) if {
	parts := split(module, ".")
}

last_call(module) := concat(".", array.slice(parts, count(parts) - 2, count(parts))) if {
	parts := split(module, ".")
}
