# METADATA
# title: Well-formed schema
# description: >-
#   The text is the Avro schema of a record, whole enough for every other rule to look at it; no
#   other rule asks one that is not.
# custom:
#   severity: critical
#   fix: Write a record with name, namespace, fields and nexus, as schemas/avro/orders has them.
package nexus.schemas.well_formed

import rego.v1

import data.nexus.gates.avro
import data.nexus.gates.waivers

deny contains avro.finding("", fault) if {
	not lifted
	some fault in avro.faults
}

lifted if waivers.waived("schemas.well_formed", avro.subject)
