# METADATA
# title: Compatibility
# description: >-
#   Every event declares what a new version of it must be to those before, in the registries' terms.
#   NONE would let any change pass, so it takes a waiver.
# custom:
#   severity: high
#   fix: Set nexus.compatibility to a mode of schemas/data.json, or record a waiver for NONE.
package nexus.schemas.compatibility

import rego.v1

import data.nexus.gates.avro

deny contains avro.finding("", "declares no mode of compatibility that is known") if {
	asked
	not is_known
}

deny contains avro.finding("", "declares the compatibility NONE, which takes a waiver") if {
	asked
	avro.word("compatibility") == "NONE"
}

asked if avro.asks("schemas.compatibility", {"events", "platform"})

is_known if avro.word("compatibility") in data.schemas.modes

is_known if avro.word("compatibility") == "NONE"
