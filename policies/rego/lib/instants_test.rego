package nexus.lib.instants_test

import rego.v1

import data.nexus.lib.instants

test_utc_is_read_in_both_spellings if {
	spellings := {
		"2026-01-02T03:04:05Z",
		"2026-01-02T03:04:05+00:00",
		"2026-01-02T03:04:05.000000Z",
	}
	every text in spellings {
		instants.nanoseconds(text) == 1767323045000000000
	}
}

test_one_microsecond_makes_a_difference if {
	earlier := instants.nanoseconds("2026-01-02T03:04:05.999998Z")
	earlier < instants.nanoseconds("2026-01-02T03:04:05.999999Z")
}

test_anything_else_is_undefined if {
	others := [
		"", "now", "2026-01-02", "2026-01-02 03:04:05Z", "2026-01-02T03:04:05",
		"2026-01-02T03:04:05+02:00", "2026-01-02T03:04:05.1234567Z", "2026-01-02T03:04:05Z\n",
		null, true, 1767323045, ["2026-01-02T03:04:05Z"],
	]
	every other in others { not instants.nanoseconds(other) }
}
