# METADATA
# title: Large orders
# description: Only an approver may place an order above the limit in commands/data.json (cents).
# custom:
#   severity: high
#   fix: Let an approver place the order, or split it.
package nexus.commands.large_orders

import rego.v1

import data.nexus.lib.principals
import data.nexus.lib.shown

deny contains "The order's totalAmount must be a whole number of cents, of up to 14 digits" if {
	places_order
	not amount_is_cents
}

deny contains reason if {
	places_order
	not within_limit
	not asked_by_approver
	reason := sprintf("%s may not place so large an order; it takes an approver", [shown.principal])
}

asked_by_approver if principals.holds_any(data.commands.large_orders.approvers)

places_order if input.command.type == "orders.PlaceOrder"

# Rego orders values of all types (null < false < 1 < "1"), so a comparison alone proves nothing.
# Money is decimal(14,2); engines differ on numbers that a float can't hold, from 17 digits on.
amount_is_cents if {
	is_number(input.command.data.totalAmount)
	input.command.data.totalAmount >= 0
	input.command.data.totalAmount < 100000000000000
	input.command.data.totalAmount == floor(input.command.data.totalAmount)
}

within_limit if {
	amount_is_cents
	is_number(data.commands.large_orders.limit_cents)
	input.command.data.totalAmount <= data.commands.large_orders.limit_cents
}
