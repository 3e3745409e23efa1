# METADATA
# title: Types
# description: >-
#   Each type is exact, means the same to every reader and is one that an event class can have: money
#   is decimal(14,2), a time is timestamp-micros, nothing is a float, and the only union is one type
#   that may be missing. Names (patterns in schemas/data.json) tell what is money or a time.
# custom:
#   severity: high
#   fix: Use string, bytes, boolean, long, decimal(14,2), timestamp-micros, date, records and arrays.
package nexus.schemas.types

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	name := plain(node.type)
	advice := instead[name]
	fault := sprintf("is a %s: %s", [name, advice])
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	type := node.type
	name := type.logicalType
	not is_exact(type)
	fault := sprintf("is a %v: %s", [name, object.get(logical, [name], no_class)])
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	type := node.type
	is_array(type)
	not may_be_missing(type)
	fault := `is a union: only ["null", one type] is allowed, for what may be missing`
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	name := node.type
	is_string(name)
	not is_known(name)
	fault := sprintf("is a %s, which is defined nowhere", [name])
}

deny contains avro.finding(node.place, fault) if {
	asked
	some node in avro.types
	name := node.type.type
	is_string(name)
	not is_kind(name)
	fault := sprintf("is a %s, which is defined nowhere", [name])
}

deny contains avro.finding(entry.place, "is money by its name, so it has to be decimal(14,2)") if {
	asked
	some entry in avro.fields
	regex.match(data.schemas.types.money, entry.field.name)
	type := bare(entry.field.type)
	not is_money(type)
}

deny contains avro.finding(entry.place, "is a time by its name, so it has to be timestamp-micros") if {
	asked
	some entry in avro.fields
	regex.match(data.schemas.types.times, entry.field.name)
	type := bare(entry.field.type)
	not is_time(type)
}

asked if avro.asks("schemas.types", {"events"})

plain(type) := type if is_string(type)

plain(type) := type.type if {
	is_string(type.type)
	not is_logical(type)
}

is_logical(type) if "logicalType" in object.keys(type)

inexact := "it is inexact, so use decimal(14,2), or long in a smaller unit"

no_class := "no event class can have one"

instead := {
	"float": inexact,
	"double": inexact,
	"int": "use long, which takes the same bytes and has room",
	"map": "no event class can have one, so use an array of records",
	"fixed": "no event class can have one, so use string",
	"null": "no event class can have one, so leave it out",
}

logical := {
	"decimal": "all money is bytes with precision 14 and scale 2",
	"date": "its type has to be int",
	"timestamp-micros": "its type has to be long",
	"timestamp-millis": "all times are timestamp-micros",
	"local-timestamp-millis": "all times are timestamp-micros, in UTC",
	"local-timestamp-micros": "all times are timestamp-micros, in UTC",
}

is_exact(type) if is_money(type)

is_exact(type) if is_time(type)

is_exact(type) if {
	type.type == "int"
	type.logicalType == "date"
}

is_money(type) if {
	type.type == "bytes"
	type.logicalType == "decimal"
	type.precision == 14
	type.scale == 2
}

is_time(type) if {
	type.type == "long"
	type.logicalType == "timestamp-micros"
}

may_be_missing(union) if {
	count(union) == 2
	union[0] == "null"
	is_single(union[1])
}

is_single(type) if {
	is_string(type)
	type != "null"
}

is_single(type) if is_object(type)

simple := {"string", "bytes", "boolean", "long"}

is_known(name) if name in simple

is_known(name) if name in defined

is_known(name) if name in object.keys(instead)

is_kind(name) if name in {"record", "enum", "array"}

is_kind(name) if is_known(name)

defined contains name if {
	some node in avro.types
	name := node.type.name
}

defined contains sprintf("%s.%s", [input.namespace, name]) if {
	some node in avro.types
	name := node.type.name
}

# What may be missing, or there may be many of, is what it is.
bare(type) := type[1] if may_be_missing(type)

bare(type) := type.items if type.type == "array"

bare(type) := type if {
	not may_be_missing(type)
	not is_many(type)
}

is_many(type) if type.type == "array"
