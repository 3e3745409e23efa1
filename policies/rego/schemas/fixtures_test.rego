# METADATA
# title: Fixtures
# description: A schema that every rule allows; a test changes the one thing that it is about.
package nexus.schemas.fixtures_test

import rego.v1

schema := {
	"type": "record",
	"name": "OrderPlaced",
	"namespace": "nexus.orders",
	"doc": "A customer has ordered.",
	"nexus": {
		"owner": "orders",
		"classification": "confidential",
		"propagation": "core",
		"compatibility": "BACKWARD",
		"subject": "customerId",
	},
	"fields": [
		{"name": "customerId", "type": "string", "doc": "Who ordered."},
		{"name": "email", "type": "string", "doc": "How to write.", "personal": true},
		{"name": "lines", "type": {"type": "array", "items": line}, "doc": "What was ordered."},
	],
}

line := {
	"type": "record",
	"name": "OrderLine",
	"doc": "So many of a product.",
	"fields": [{"name": "quantity", "type": "long", "doc": "How many."}],
}

with_word(changes) := object.union(schema, {"nexus": changes})

with_field(field) := object.union(schema, {"fields": array.concat(schema.fields, [field])})

with_type(type) := with_field({"name": "more", "type": type, "doc": "More."})

platform := object.union(schema, {
	"name": "Commit",
	"namespace": "nexus",
	"nexus": {"owner": "nexus"},
})

format := object.union(object.remove(schema, ["nexus"]), {"name": "CommitBody", "namespace": "nexus"})

waiver(rule) := {
	"rule": rule,
	"subject": "nexus.orders.OrderPlaced",
	"reason": "A reason that was given.",
	"approvedBy": "platform",
	"expires": "2200-12-31",
}
