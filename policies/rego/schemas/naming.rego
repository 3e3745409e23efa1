# METADATA
# title: Naming
# description: >-
#   Names look alike everywhere: records in PascalCase, namespaces nexus.{context}, fields in
#   camelCase, symbols in UPPER_SNAKE_CASE, and none that is reserved. That an event is named in the
#   past tense is for people to see.
# custom:
#   severity: medium
#   fix: Rename it as its neighbours are named; a field that was released stays, so record a waiver.
package nexus.schemas.naming

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding("", fault) if {
	asked
	not has_context
	fault := sprintf("is in the namespace %s, which is not nexus.{context}", [input.namespace])
}

deny contains avro.finding("", fault) if {
	asked
	has_context
	trim_prefix(input.namespace, "nexus.") in data.schemas.reserved.contexts
	fault := "is in a context whose name is reserved"
}

deny contains avro.finding(entry.place, "is in another namespace than the event") if {
	asked
	some entry in avro.records
	namespace := entry.record.namespace
	namespace != input.namespace
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in named
	name := node.name
	not is_pascal(name)
	fault := sprintf("has the type %s, which is not in PascalCase", [name])
}

deny contains avro.finding(entry.place, "is not in camelCase") if {
	asked
	some entry in avro.fields
	name := entry.field.name
	not is_camel(name)
}

deny contains avro.finding(entry.place, "has a name that is reserved") if {
	asked
	some entry in avro.fields
	entry.field.name in data.schemas.reserved.fields
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	some symbol in node.type.symbols
	not is_symbol(symbol)
	fault := sprintf("has the symbol %v, which is not in UPPER_SNAKE_CASE", [symbol])
}

asked if avro.asks("schemas.naming", {"events"})

has_context if regex.match(`^nexus\.[a-z][a-z0-9_]*$`, input.namespace)

named contains {"place": "", "name": name} if name := input.name

named contains {"place": node.place, "name": name} if {
	some node in avro.types
	name := node.type.name
}

is_pascal(name) if regex.match(`^[A-Z][A-Za-z0-9]*$`, name)

is_camel(name) if regex.match(`^[a-z][A-Za-z0-9]*$`, name)

is_symbol(symbol) if {
	is_string(symbol)
	regex.match(`^[A-Z][A-Z0-9_]*$`, symbol)
}
