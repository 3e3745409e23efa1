# METADATA
# title: Waivers
# description: >-
#   Recorded exceptions from the rules of the build-time gates, in gates/data.json: which rule, for
#   what, why, who approved it, and the last day on which it holds. Nothing else lifts a rule, and
#   no rule that decides at run time can be lifted.
package nexus.gates.waivers

import rego.v1

# METADATA
# title: Waived
# description: >-
#   Whether a whole and unexpired waiver lifts a rule, as "terraform.tracing", for a subject: the
#   address of a resource, or the full name of a schema. An expired one lifts nothing.
waived(rule, subject) if {
	some waiver in data.gates.waivers
	waiver.rule == rule
	waiver.subject == subject
	holds(waiver)
}

holds(waiver) if {
	every field in ["reason", "approvedBy"] {
		is_string(waiver[field])
		count(trim_space(waiver[field])) > 0
	}
	is_string(waiver.expires)
	regex.match(`^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$`, waiver.expires)
	today <= waiver.expires
}

# Dates of this form are in order as texts.
today := time.format([time.now_ns(), "UTC", "2006-01-02"])
