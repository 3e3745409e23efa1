# METADATA
# title: Large orders
# description: >-
#   An order above the limits in commands/data.json, in cents or in lines, may be placed only by a
#   principal with a role that has higher ones.
# custom:
#   severity: high
#   fix: Let a principal with a role that the reason names place the order, or split it.
package nexus.commands.large_orders

import rego.v1

import data.nexus.lib.principals
import data.nexus.lib.shown

deny contains "The order's totalAmount must be a whole number of cents, of up to 14 digits" if {
	places_order
	not amount_is_cents
}

deny contains "The order's lines must be a list" if {
	places_order
	not lines_are_a_list
}

deny contains reason if {
	places_order
	not within_limits
	reason := sprintf("%s may not place so large an order; it takes %s", [shown.principal, needed])
}

places_order if input.command.type == "orders.PlaceOrder"

# Rego orders values of all types (null < false < 1 < "1"), so a comparison alone proves nothing.
# Money is decimal(14,2); engines differ on numbers that a float can't hold, from 17 digits on.
amount_is_cents if {
	is_number(input.command.data.totalAmount)
	input.command.data.totalAmount >= 0
	input.command.data.totalAmount < 100000000000000
	input.command.data.totalAmount == floor(input.command.data.totalAmount)
}

lines_are_a_list if is_array(input.command.data.lines)

within_limits if reaches(data.commands.large_orders)

within_limits if {
	principals.known
	some role in input.principal.roles
	reaches(data.commands.large_orders.by_role[role])
}

reaches(limits) if {
	amount_is_cents
	lines_are_a_list
	is_number(limits.limit_cents)
	is_number(limits.limit_lines)
	input.command.data.totalAmount <= limits.limit_cents
	count(input.command.data.lines) <= limits.limit_lines
}

sufficient contains role if {
	some role, limits in data.commands.large_orders.by_role
	reaches(limits)
}

default needed := "a role, but no role may place it"

needed := sprintf("one of the roles %s", [concat(", ", sort(sufficient))]) if count(sufficient) > 0
