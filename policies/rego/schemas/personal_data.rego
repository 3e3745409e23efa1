# METADATA
# title: Personal data
# description: >-
#   What says something about a person is marked, so that it is encrypted for that person and can be
#   erased. A field whose name (patterns in schemas/data.json) suggests it is marked, or judged not
#   to be personal ("personal" is false). An event with personal fields names the field that
#   identifies the person, is confidential, and travels on the core path only.
# custom:
#   severity: critical
#   fix: Mark the field with personal, true or false, and see that subject, types and path fit.
package nexus.schemas.personal_data

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding(entry.place, fault) if {
	asked
	some entry in avro.fields
	field := entry.field
	not is_judged(field)
	some name in names(entry)
	is_suspicious(name)
	fault := "sounds personal and does not say whether it is: mark it with personal, true or false"
}

deny contains avro.finding(entry.place, "is marked with neither true nor false") if {
	asked
	some entry in avro.fields
	mark := entry.field.personal
	not is_boolean(mark)
}

deny contains avro.finding(entry.place, "is personal: only fields of the event itself can be") if {
	asked
	some entry in avro.fields
	entry.field.personal == true
	entry.depth > 1
}

deny contains avro.finding(field.name, fault) if {
	asked
	some field in personal
	not is_opaque(field)
	fault := "is personal, so its type has to be string or bytes, which hold ciphertext"
}

deny contains avro.finding("", "does not say who is its subject: a field, or null") if {
	asked
	not says_subject
}

deny contains avro.finding("", "has personal fields and names no subject: whose are they?") if {
	asked
	count(personal) > 0
	is_null(avro.word("subject"))
}

deny contains avro.finding("", fault) if {
	asked
	subject := avro.word("subject")
	not is_null(subject)
	not identifies(subject)
	fault := sprintf("has the subject %v, which is no string field of it that is not personal", [subject])
}

deny contains avro.finding("", "has personal fields, so it has to be confidential or restricted") if {
	asked
	count(personal) > 0
	not is_confidential
}

deny contains avro.finding("", "has personal fields and may not travel on the secondary path") if {
	asked
	count(personal) > 0
	avro.word("propagation") == "secondary"
}

asked if avro.asks("schemas.personal_data", {"events"})

personal contains field if {
	some field in avro.own
	is_personal(field)
}

is_personal(field) if field.personal == true

is_opaque(field) if field.type in ["string", "bytes", ["null", "string"], ["null", "bytes"]]

is_judged(field) if "personal" in object.keys(field)

# What a field holds may also be told by another name of it, or by its type's.
names(entry) := ({entry.field.name} | others) | of_types if {
	others := {alias | some alias in entry.field.aliases; is_string(alias)}
	of_types := {node.type.name |
		some node in avro.types
		node.place == entry.place
		is_string(node.type.name)
	}
}

is_suspicious(name) if {
	some pattern in data.schemas.personal.names
	regex.match(pattern, name)
}

says_subject if "subject" in object.keys(input.nexus)

identifies(name) if {
	some field in avro.own
	field.name == name
	field.type == "string"
	not is_personal(field)
}

is_confidential if avro.word("classification") in data.schemas.personal.classifications
