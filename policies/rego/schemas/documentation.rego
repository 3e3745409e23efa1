# METADATA
# title: Documentation
# description: >-
#   Every record and every field says what it means, for a reader who has not seen the code. Our own
#   formats are read by others too, so nothing is left out.
# custom:
#   severity: medium
#   fix: Give it a doc that says what it means.
package nexus.schemas.documentation

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding(entry.place, fault) if {
	asked
	some entry in avro.records
	record := entry.record
	not is_documented(record)
	fault := sprintf("has the record %s without a doc", [record.name])
}

deny contains avro.finding(entry.place, "has no doc") if {
	asked
	some entry in avro.fields
	field := entry.field
	not is_documented(field)
}

asked if avro.asks("schemas.documentation", {"events", "platform", "formats"})

is_documented(what) if {
	is_string(what.doc)
	regex.match(`\S`, what.doc)
}
