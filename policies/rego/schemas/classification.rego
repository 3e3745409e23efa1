# METADATA
# title: Classification
# description: >-
#   Every event says who may see it and on which path it travels, in the words of events/data.json,
#   which also says on which paths each class may travel: confidential and restricted ones never on
#   the secondary path, as nobody enumerates its listeners.
# custom:
#   severity: critical
#   fix: Set nexus.classification and nexus.propagation; what is confidential or restricted is core.
package nexus.schemas.classification

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding("", "has no classification that is known") if {
	asked
	not is_classified
}

deny contains avro.finding("", "has no propagation that is known") if {
	asked
	not is_routed
}

deny contains avro.finding("", fault) if {
	asked
	is_classified
	is_routed
	not path_is_open
	fault := sprintf("is %s and may not travel on the %s path", [
		avro.word("classification"),
		avro.word("propagation"),
	])
}

asked if avro.asks("schemas.classification", {"events", "platform"})

is_classified if avro.word("classification") in object.keys(data.events.paths)

is_routed if {
	some paths in data.events.paths
	avro.word("propagation") in paths
}

path_is_open if avro.word("propagation") in data.events.paths[avro.word("classification")]
