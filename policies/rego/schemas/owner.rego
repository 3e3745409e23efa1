# METADATA
# title: Owner
# description: >-
#   Every event has an owner that is known (schemas/data.json), and it is the bounded context of the
#   event's namespace: nobody owns another's events.
# custom:
#   severity: critical
#   fix: Set nexus.owner to the context of the namespace, and enter a new context in schemas/data.json.
package nexus.schemas.owner

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding("", "names no owner") if {
	asked
	not is_named
}

deny contains avro.finding("", fault) if {
	asked
	is_named
	not is_known
	fault := sprintf("is owned by %s, which schemas/data.json does not know", [avro.word("owner")])
}

deny contains avro.finding("", fault) if {
	asked
	is_named
	not is_own_context
	fault := sprintf("is owned by %s: it belongs to the context of its namespace", [avro.word("owner")])
}

asked if avro.asks("schemas.owner", {"events", "platform"})

is_known if avro.word("owner") in data.schemas.owners

is_named if is_string(avro.word("owner"))

is_own_context if split(input.namespace, ".")[1] == avro.word("owner")

is_own_context if {
	avro.kind == "platform"
	avro.word("owner") == input.namespace
}
