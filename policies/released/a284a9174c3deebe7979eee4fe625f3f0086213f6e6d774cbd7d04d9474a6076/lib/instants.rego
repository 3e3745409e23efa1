# METADATA
# title: Instants
# description: Times as they stand in a question.
package nexus.lib.instants

import rego.v1

utc := `^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}(\.[0-9]{1,6})?(Z|\+00:00)$`

# METADATA
# title: Nanoseconds
# description: >-
#   Nanoseconds since 1970 of an RFC 3339 time in UTC, to the microsecond. Undefined for any other
#   text or type. A date that no calendar has is undefined in OPA and an error in regorus; both
#   deny.
nanoseconds(text) := time.parse_rfc3339_ns(text) if {
	is_string(text)
	regex.match(utc, text)
}
