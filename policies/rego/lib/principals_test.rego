package nexus.lib.principals_test

import rego.v1

import data.nexus.lib.fixtures_test as fixtures
import data.nexus.lib.principals

test_a_whole_principal_is_known if principals.known with input as fixtures.command

test_no_roles_are_well_formed if {
	principals.known with input as fixtures.command_as({"roles": []})
}

test_each_field_is_needed if {
	every field in {"kind", "id", "tenant", "roles"} {
		not principals.known with input as {"principal": object.remove(fixtures.principal, {field})}
	}
}

test_no_field_may_be_of_another_type if {
	every field in {"kind", "id", "tenant", "roles"} {
		every value in [null, true, 1, "", "a\nb", {"role": "developer"}, [1], ["developer", 1]] {
			not principals.known with input as fixtures.command_as({field: value})
		}
	}
}

test_a_flood_of_roles_is_not_known if {
	roles := [role | some number in numbers.range(1, 100); role := sprintf("role-%d", [number])]
	principals.known with input as fixtures.command_as({"roles": roles})
	not principals.known with input as fixtures.command_as({"roles": array.concat(roles, ["one"])})
}

test_a_long_id_is_not_known if {
	principals.known with input as fixtures.command_as({"id": sprintf("%0256d", [1])})
	not principals.known with input as fixtures.command_as({"id": sprintf("%0257d", [1])})
}

test_one_of_the_roles_is_enough if {
	principals.holds_any({"orders.approver", "orders.clerk"}) with input as fixtures.command
}

test_other_roles_do_not_count if {
	not principals.holds_any(["orders.approver"]) with input as fixtures.command
}

test_no_roles_hold_nothing if {
	not principals.holds_any(["orders.clerk"]) with input as fixtures.command_as({"roles": []})
}

test_a_principal_that_is_not_known_holds_nothing if {
	not principals.holds_any(["orders.clerk"]) with input as fixtures.command_as({"kind": "root"})
}
