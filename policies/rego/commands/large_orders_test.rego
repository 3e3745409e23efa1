package nexus.commands.large_orders_test

import rego.v1

import data.nexus.commands.large_orders
import data.nexus.lib.fixtures_test as fixtures

takes(roles) := sprintf("user alice may not place so large an order; it takes %s", [roles])

too_large := takes("one of the roles developer, orders.approver")

far_too_large := takes("one of the roles developer")

for_nobody := takes("a role, but no role may place it")

not_cents := "The order's totalAmount must be a whole number of cents, of up to 14 digits"

no_list := "The order's lines must be a list"

of(amount, role) := object.union(fixtures.command, {
	"command": {"data": {"totalAmount": amount}},
	"principal": {"roles": [role]},
})

listing(number, role) := object.union(fixtures.command, {
	"command": {"data": {"lines": numbers.range(1, number)}},
	"principal": {"roles": [role]},
})

test_an_order_up_to_the_limit_is_allowed if {
	every amount in [0, 9999, 1000000] {
		count(large_orders.deny) == 0 with input as of(amount, "orders.clerk")
	}
}

test_one_cent_above_the_limit_is_denied if {
	large_orders.deny == {too_large} with input as of(1000001, "orders.clerk")
}

test_each_role_has_its_own_limit if {
	count(large_orders.deny) == 0 with input as of(100000000, "orders.approver")
	large_orders.deny == {far_too_large} with input as of(100000001, "orders.approver")
	count(large_orders.deny) == 0 with input as of(99999999999999, "developer")
}

test_the_highest_of_several_roles_counts if {
	question := object.union(
		of(1000001, "orders.clerk"),
		{"principal": {"roles": ["orders.clerk", "orders.approver", "orders.dispatcher"]}},
	)
	count(large_orders.deny) == 0 with input as question
}

test_lines_are_limited_too if {
	count(large_orders.deny) == 0 with input as listing(100, "orders.clerk")
	large_orders.deny == {too_large} with input as listing(101, "orders.clerk")
	count(large_orders.deny) == 0 with input as listing(1000, "orders.approver")
	large_orders.deny == {far_too_large} with input as listing(1001, "orders.approver")
	large_orders.deny == {for_nobody} with input as listing(5001, "developer")
}

test_an_amount_that_is_no_cents_is_denied_to_everybody if {
	others := [
		null, true, false, "1", "1000001", -1, 0.5, [1], {"cents": 1},
		100000000000000, 1000000000000000000000000000000,
	]
	every amount in others {
		every role in {"developer", "orders.clerk"} {
			large_orders.deny == {not_cents, for_nobody} with input as of(amount, role)
		}
	}
}

test_a_missing_amount_is_denied if {
	question := {
		"command": {"type": "orders.PlaceOrder", "data": {"lines": []}},
		"principal": fixtures.principal,
	}
	large_orders.deny == {not_cents, for_nobody} with input as question
}

test_lines_that_are_no_list_are_denied if {
	every lines in [null, true, 1, "", {}] {
		question := object.union(fixtures.command, {"command": {"data": {"lines": lines}}})
		large_orders.deny == {no_list, for_nobody} with input as question
	}
}

test_a_principal_that_is_not_known_has_no_higher_limit if {
	question := object.union(of(1000001, "developer"), {"principal": {"kind": "root"}})
	count(large_orders.deny) == 1 with input as question
}

test_without_limits_every_order_is_large if {
	every settings in [{}, {"limit_cents": "1000000", "limit_lines": 100}, {"limit_cents": 1000000}] {
		large_orders.deny == {for_nobody} with input as fixtures.command
			with data.commands.large_orders as settings
	}
}

test_other_commands_have_no_amount if {
	count(large_orders.deny) == 0 with input as object.union(
		fixtures.command,
		{"command": {"type": "orders.PayOrder", "data": {"totalAmount": "much"}}},
	)
}
