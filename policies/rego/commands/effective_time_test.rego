package nexus.commands.effective_time_test

import rego.v1

import data.nexus.commands.effective_time
import data.nexus.lib.fixtures_test as fixtures

future := "effectiveAt may not lie after now"

too_old := "effectiveAt lies further back than is open"

unreadable := "effectiveAt must be null or an RFC 3339 time in UTC"

no_approver := "user alice may not date a command; it takes an approver"

at(instant, role) := object.union(fixtures.command, {
	"effectiveAt": instant,
	"principal": {"roles": [role]},
})

test_no_effective_time_is_allowed if count(effective_time.deny) == 0 with input as fixtures.command

test_now_itself_is_allowed if {
	question := at("2026-03-31T12:00:00.000000+00:00", "orders.clerk")
	count(effective_time.deny) == 0 with input as question
}

test_an_approver_may_date_back_to_the_last_open_microsecond if {
	every instant in {"2026-03-31T11:59:59.999999Z", "2026-03-01T12:00:00Z"} {
		every role in {"orders.approver", "developer"} {
			count(effective_time.deny) == 0 with input as at(instant, role)
		}
	}
}

test_a_clerk_may_not_date_back if {
	question := at("2026-03-31T11:59:59.999999Z", "orders.clerk")
	effective_time.deny == {no_approver} with input as question
}

test_the_future_is_denied_even_to_an_approver if {
	question := at("2026-03-31T12:00:00.000001Z", "orders.approver")
	effective_time.deny == {future} with input as question
}

test_further_back_than_open_is_denied_even_to_an_approver if {
	effective_time.deny == {too_old} with input as at("2026-03-01T11:59:59.999999Z", "developer")
}

test_what_is_no_time_is_denied if {
	others := [true, 1, "", "yesterday", "2026-03-31T12:00:00+02:00", ["2026-03-31T12:00:00Z"], {}]
	every value in others {
		effective_time.deny == {unreadable, future, too_old} with input as at(value, "developer")
	}
}

test_a_missing_effective_time_is_denied if {
	question := object.remove(fixtures.command, {"effectiveAt"})
	effective_time.deny == {unreadable, future, too_old, no_approver} with input as question
}

test_now_is_needed_even_without_an_effective_time if {
	every value in [null, true, 1, "", "now"] {
		question := object.union(fixtures.command, {"now": value})
		effective_time.deny == {"now must be an RFC 3339 time in UTC"} with input as question
	}
}

test_without_a_limit_nothing_is_open if {
	effective_time.deny == {too_old} with input as at("2026-03-31T11:59:59Z", "developer")
		with data.commands.effective_time as {"approvers": ["developer"]}
}
