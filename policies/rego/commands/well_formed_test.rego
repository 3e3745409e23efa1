package nexus.commands.well_formed_test

import rego.v1

import data.nexus.commands.well_formed
import data.nexus.lib.fixtures_test as fixtures

test_a_whole_question_is_well_formed if count(well_formed.deny) == 0 with input as fixtures.command

test_an_empty_question_has_four_defects if count(well_formed.deny) == 4 with input as {}

test_a_question_that_is_no_object_has_four_defects if {
	every question in [null, true, 1, "question", []] {
		count(well_formed.deny) == 4 with input as question
	}
}

test_each_part_is_needed if {
	every part in {"principal", "stream"} {
		count(well_formed.deny) == 1 with input as object.remove(fixtures.command, {part})
	}
	every part in {"type", "data"} {
		command := object.remove(fixtures.command.command, {part})
		question := object.union(object.remove(fixtures.command, {"command"}), {"command": command})
		count(well_formed.deny) == 1 with input as question
	}
}

test_data_is_an_object if {
	every value in [null, true, 1, "{}", []] {
		well_formed.deny == {"The command's data must be an object"} with input as object.union(
			fixtures.command,
			{"command": {"data": value}},
		)
	}
}
