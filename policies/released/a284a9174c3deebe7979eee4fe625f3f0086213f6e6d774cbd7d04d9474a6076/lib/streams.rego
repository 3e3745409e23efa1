# METADATA
# title: Streams
# description: The stream that a question is about, read from input.stream.
package nexus.lib.streams

import rego.v1

import data.nexus.lib.names

# METADATA
# title: Known stream
# description: Tenant, aggregate and id are there and are identifiers.
known if {
	names.is_identifier(input.stream.tenant, 64)
	names.is_identifier(input.stream.aggregate, 128)
	names.is_identifier(input.stream.id, 128)
}
