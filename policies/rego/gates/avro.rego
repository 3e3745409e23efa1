# METADATA
# title: Avro
# description: >-
#   An Avro schema as a rule looks at it: which rules ask it, its fields and types, however deep
#   they lie, and what a rule says of them.
package nexus.gates.avro

import rego.v1

import data.nexus.gates.waivers

# METADATA
# title: Asks
# description: >-
#   Whether a rule, as "schemas.owner", asks this schema: it is well-formed, its full name is not
#   waived, and it is of a kind ("events", "platform" for what of our own travels, "formats" for
#   what is only stored) that the rule is about (a set or an array).
asks(rule, kinds) if {
	well_formed
	kind in kinds
	not waivers.waived(rule, subject)
}

default kind := "events"

kind := "platform" if subject in data.schemas.platform

kind := "formats" if subject in data.schemas.formats

default subject := "An unknown schema"

subject := sprintf("%s.%s", [input.namespace, input.name]) if {
	is_string(input.namespace)
	is_string(input.name)
}

well_formed if count(faults) == 0

faults contains "is no record with a name, a namespace and fields" if not is_a_record

faults contains "has no governance properties (nexus)" if {
	is_a_record
	not is_governed
}

faults contains text if {
	some path, place in places
	field := fields_by_path[path]
	not is_a_field(field)
	text := trim_space(sprintf("%s is no field with a name and a type", [place]))
}

faults contains text if {
	some node in types
	type := node.type
	not is_a_type(type)
	text := sprintf("%s is of no whole type", [node.place])
}

faults contains sprintf("has two fields %s", [place]) if {
	some path, place in places
	some other, same in places
	path != other
	place == same
}

is_a_record if {
	is_object(input)
	input.type == "record"
	is_string(input.name)
	is_string(input.namespace)
	is_array(input.fields)
}

is_governed if is_object(input.nexus)

is_governed if kind == "formats"

is_a_field(field) if {
	is_string(field.name)
	"type" in object.keys(field)
}

is_a_type(type) if is_string(type)

is_a_type(type) if is_array(type)

is_a_type(type) if is_object(type.type)

is_a_type(type) if {
	is_string(type.type)
	every part in object.get(parts_of, type.type, set()) { part in object.keys(type) }
	every key in {"fields", "symbols"} & object.keys(type) { is_array(type[key]) }
	every key in {"name"} & object.keys(type) { is_string(type[key]) }
}

parts_of := {
	"record": {"name", "fields"},
	"enum": {"name", "symbols"},
	"fixed": {"name", "size"},
	"array": {"items"},
	"map": {"values"},
}

# METADATA
# title: Fields
# description: All fields, with their place ("lines.quantity") and how deep they lie (1 is the event's own).
fields contains {"place": places[path], "field": field, "depth": depth} if {
	some path, field in fields_by_path
	depth := count([part | some part in path; part == "fields"])
}

# METADATA
# title: Own fields
# description: Those of the event itself.
own contains entry.field if {
	some entry in fields
	entry.depth == 1
}

# METADATA
# title: Records
# description: The schema itself, and each record within, with the place of the field that it is in.
records contains {"place": "", "record": input} if is_a_record

records contains {"place": node.place, "record": node.type} if {
	some node in types
	node.type.type == "record"
}

# METADATA
# title: Types
# description: >-
#   Each place where Avro looks for a type, with the type: a name, a union (array) or an object. The
#   null of a union is left out.
types contains {"place": place_of(path), "type": type} if {
	some path, type in structure
	is_place_of_type(path, type)
}

# The path of what stands between the root and a type or field. A default or a property of any other
# name may hold anything, and is not looked into.
structure[path] := value if {
	walk(input, [path, value])
	every part in path { is_structure(part) }
}

is_structure(part) if is_number(part)

is_structure(part) if part in {"fields", "type", "items", "values"}

fields_by_path[path] := field if {
	some path, field in structure
	count(path) >= 2
	path[count(path) - 2] == "fields"
}

places[path] := place_of(path) if some path, _ in fields_by_path

place_of(path) := concat(".", [name |
	some length in numbers.range(2, count(path))
	name := field_name(array.slice(path, 0, length))
])

field_name(path) := shown(fields_by_path[path])

shown(field) := field.name if {
	is_string(field.name)
} else := "?"

is_place_of_type(path, _) if {
	path[count(path) - 1] == "type"
	path[count(path) - 3] == "fields"
}

is_place_of_type(path, type) if {
	path[count(path) - 1] == "type"
	count(path) > 1
	path[count(path) - 3] != "fields"
	not is_string(type)
}

is_place_of_type(path, _) if path[count(path) - 1] in {"items", "values"}

is_place_of_type(path, type) if {
	is_number(path[count(path) - 1])
	path[count(path) - 2] != "fields"
	type != "null"
}

# METADATA
# title: Words
# description: What the schema says of its governance; undefined where it says nothing.
word(name) := input.nexus[name]

# METADATA
# title: Finding
# description: What a rule denies, in the form that conftest prints, with the field that it is about.
finding(place, fault) := {
	"msg": sprintf("%s %s", [concat(" ", [part | some part in [subject, place]; part != ""]), fault]),
	"subject": subject,
	"field": place,
}
