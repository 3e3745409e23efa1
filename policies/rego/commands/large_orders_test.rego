package nexus.commands.large_orders_test

import rego.v1

import data.nexus.commands.large_orders
import data.nexus.lib.fixtures_test as fixtures

too_large := "user alice may not place so large an order; it takes an approver"

not_cents := "The order's totalAmount must be a whole number of cents, of up to 14 digits"

of(amount, role) := object.union(fixtures.command, {
	"command": {"data": {"totalAmount": amount}},
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

test_an_approver_may_place_a_large_order if {
	every role in {"orders.approver", "developer"} {
		count(large_orders.deny) == 0 with input as of(99999999999999, role)
	}
}

test_an_amount_that_is_no_cents_is_denied_even_to_an_approver if {
	others := [
		null, true, false, "1", "1000001", -1, 0.5, [1], {"cents": 1},
		100000000000000, 1000000000000000000000000000000,
	]
	every amount in others {
		not_cents in large_orders.deny with input as of(amount, "orders.approver")
		large_orders.deny == {not_cents, too_large} with input as of(amount, "orders.clerk")
	}
}

test_a_missing_amount_is_denied if {
	question := {"command": {"type": "orders.PlaceOrder", "data": {}}, "principal": fixtures.principal}
	large_orders.deny == {not_cents, too_large} with input as question
}

test_without_a_limit_every_order_is_large if {
	every settings in [{}, {"limit_cents": "1000000"}, {"limit_cents": null}] {
		large_orders.deny == {too_large} with input as fixtures.command
			with data.commands.large_orders as settings
	}
}

test_other_commands_have_no_amount if {
	count(large_orders.deny) == 0 with input as object.union(
		fixtures.command,
		{"command": {"type": "orders.PayOrder", "data": {"totalAmount": "much"}}},
	)
}
