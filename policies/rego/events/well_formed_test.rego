package nexus.events.well_formed_test

import rego.v1

import data.nexus.events.well_formed
import data.nexus.lib.fixtures_test as fixtures

test_a_whole_question_is_well_formed_at_both_points if {
	every point in {"append", "route"} {
		count(well_formed.deny) == 0 with input as object.union(fixtures.event, {"point": point})
	}
}

test_an_empty_question_has_five_defects if count(well_formed.deny) == 5 with input as {}

test_a_question_that_is_no_object_has_five_defects if {
	every question in [null, true, 1, "question", []] {
		count(well_formed.deny) == 5 with input as question
	}
}

test_each_part_is_needed if {
	every part in {"stream", "principal", "point"} {
		count(well_formed.deny) == 1 with input as object.remove(fixtures.event, {part})
	}
	count(well_formed.deny) == 2 with input as object.remove(fixtures.event, {"event"})
}

test_another_point_is_denied if {
	every point in [null, true, 1, "", "Append", ["append"]] {
		well_formed.deny == {"The point of decision must be append or route"} with input as object.union(
			fixtures.event,
			{"point": point},
		)
	}
}

test_personal_fields_are_a_list_of_names if {
	every value in [null, false, 0, "email", {"email": "email"}, [1], ["email", null]] {
		question := fixtures.event_with({"personal": value})
		well_formed.deny == {"The event's personal fields must be a list of names"} with input as question
	}
	count(well_formed.deny) == 0 with input as fixtures.event_with({"personal": ["email"]})
}
