package nexus.commands.roles_test

import rego.v1

import data.nexus.commands.roles
import data.nexus.lib.fixtures_test as fixtures

asked(role, type) := object.union(fixtures.command, {
	"command": {"type": type},
	"principal": {"roles": [role]},
})

granted := {
	"orders.clerk": {"orders.PlaceOrder", "orders.PayOrder", "orders.CancelOrder"},
	"orders.dispatcher": {"orders.ShipOrder", "orders.DeliverOrder"},
	"orders.approver": every_order_command,
	"developer": every_order_command,
}

every_order_command := {
	"orders.PlaceOrder", "orders.PayOrder", "orders.CancelOrder",
	"orders.ShipOrder", "orders.DeliverOrder",
}

test_a_role_grants_its_commands if {
	every role, types in granted {
		every type in types {
			roles.allow with input as asked(role, type)
			count(roles.deny) == 0 with input as asked(role, type)
		}
	}
}

test_a_role_grants_no_other_command if {
	every role, types in granted {
		every type in every_order_command - types {
			not roles.allow with input as asked(role, type)
			count(roles.deny) == 1 with input as asked(role, type)
		}
	}
}

test_a_developer_may_issue_commands_of_any_context if {
	roles.allow with input as asked("developer", "inventory.ReserveStock")
}

test_an_approver_of_orders_has_no_say_elsewhere if {
	every type in {"inventory.ReserveStock", "ordersx.PlaceOrder", "orders", "orders.*", "*"} {
		not roles.allow with input as asked("orders.approver", type)
	}
}

test_the_reason_names_principal_command_and_roles if {
	expected := concat("", [
		"user alice may not issue orders.PlaceOrder; ",
		"it takes one of the roles developer, orders.approver, orders.clerk",
	])
	roles.deny == {expected} with input as asked("orders.dispatcher", "orders.PlaceOrder")
}

test_a_command_that_nobody_may_issue_is_denied_with_a_reason if {
	expected := "user alice may not issue orders.PlaceOrder; it takes a role, but no role grants it"
	roles.deny == {expected} with input as fixtures.command with data.commands.roles as {}
}

test_no_roles_grant_nothing if {
	count(roles.deny) == 1 with input as fixtures.command_as({"roles": []})
}

test_roles_of_another_shape_grant_nothing if {
	others := [
		null, true, 1, "developer",
		{"role": "developer"}, {"developer": true}, [["developer"]], ["*"],
	]
	every value in others {
		not roles.allow with input as fixtures.command_as({"roles": value})
		count(roles.deny) == 1 with input as fixtures.command_as({"roles": value})
	}
}

test_a_question_without_content_is_denied_with_a_reason if {
	every question in [{}, null, [], "question", {"command": null, "principal": null}] {
		not roles.allow with input as question
		count(roles.deny) == 1 with input as question
	}
}
