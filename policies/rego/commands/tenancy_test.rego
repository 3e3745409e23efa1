package nexus.commands.tenancy_test

import rego.v1

import data.nexus.commands.tenancy
import data.nexus.lib.fixtures_test as fixtures

test_the_own_tenant_is_allowed if count(tenancy.deny) == 0 with input as fixtures.command

test_another_tenant_is_denied if {
	question := fixtures.command_as({"tenant": "other"})
	tenancy.deny == {"user alice does not belong to the stream's tenant"} with input as question
}

test_upper_case_is_another_tenant if {
	count(tenancy.deny) == 1 with input as fixtures.command_as({"tenant": "Default"})
}

test_two_equal_tenants_that_are_no_names_are_denied if {
	every tenant in [null, true, 1, "", "*", ["default"], {}] {
		count(tenancy.deny) == 1 with input as object.union(
			fixtures.command,
			{"stream": {"tenant": tenant}, "principal": {"tenant": tenant}},
		)
	}
}

test_two_missing_tenants_are_denied if {
	tenancy.deny == {"An unknown principal does not belong to the stream's tenant"} with input as {
		"stream": object.remove(fixtures.command.stream, {"tenant"}),
		"principal": object.remove(fixtures.principal, {"tenant"}),
	}
}
