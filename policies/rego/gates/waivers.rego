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
	regex.match(`^[0-9]{4}-[0-9]{2}-[0-9]{2}$`, waiver.expires)
	expiry := time.parse_rfc3339_ns(sprintf("%sT23:59:59Z", [waiver.expires]))
	now <= expiry
}

now := time.now_ns()
