# METADATA
# title: Effective time
# description: >-
#   A command takes effect now, unless an approver dates it back, and no further than data.json
#   allows. It never takes effect in the future.
# custom:
#   severity: high
#   fix: Leave the effective time out, or let an approver give one within the open days.
package nexus.commands.effective_time

import rego.v1

import data.nexus.lib.instants
import data.nexus.lib.principals
import data.nexus.lib.shown

deny contains "now must be an RFC 3339 time in UTC" if not now

deny contains "effectiveAt must be null or an RFC 3339 time in UTC" if {
	dated
	not effective
}

deny contains "effectiveAt may not lie after now" if {
	dated
	not past_or_now
}

deny contains "effectiveAt lies further back than is open" if {
	dated
	not recent_enough
}

deny contains reason if {
	dated
	not dated_now
	not asked_by_approver
	reason := sprintf("%s may not date a command; it takes an approver", [shown.principal])
}

asked_by_approver if principals.holds_any(data.commands.effective_time.approvers)

# A missing effectiveAt counts as a date, and then as one that cannot be read.
dated if not undated

undated if is_null(input.effectiveAt)

past_or_now if effective <= now

dated_now if effective == now

recent_enough if {
	nanoseconds_a_day := ((24 * 60) * 60) * 1000000000
	effective >= now - (data.commands.effective_time.days_back * nanoseconds_a_day)
}

now := instants.nanoseconds(input.now)

effective := instants.nanoseconds(input.effectiveAt)
