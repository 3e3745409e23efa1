package nexus.gates.waivers_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.waivers

whole := fixtures.waiver("terraform.tracing", "aws_x.a")

test_a_whole_waiver_lifts_its_rule_for_its_subject if {
	waivers.waived("terraform.tracing", "aws_x.a") with data.gates.waivers as [whole]
}

test_it_lifts_nothing_else if {
	not waivers.waived("terraform.tracing", "aws_x.b") with data.gates.waivers as [whole]
	not waivers.waived("terraform.tags", "aws_x.a") with data.gates.waivers as [whole]
	not waivers.waived("terraform.tracing", "aws_x.a") with data.gates.waivers as []
}

lifts(change) if {
	waiver := object.union(whole, change)
	waivers.waived("terraform.tracing", "aws_x.a") with data.gates.waivers as [waiver]
}

test_it_holds_to_the_end_of_its_last_day if {
	lifts({"expires": waivers.today})
	not lifts({"expires": "2026-01-01"})
}

test_it_says_why_and_who_approved if {
	every blank in [null, "", " ", 1] {
		not lifts({"reason": blank})
		not lifts({"approvedBy": blank})
	}
}

test_its_expiry_is_a_date if {
	every odd in [null, 99991231, "never", "2200-13-01", "2200-1-1", "2200-12-31T00:00:00Z", "9999"] {
		not lifts({"expires": odd})
	}
}

test_what_is_no_waiver_lifts_nothing if {
	every odd in [null, "terraform.tracing", {}, object.remove(whole, ["reason"]), object.remove(whole, ["expires"])] {
		not waivers.waived("terraform.tracing", "aws_x.a") with data.gates.waivers as [odd]
	}
}
