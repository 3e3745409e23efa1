# METADATA
# title: Fixtures
# description: Questions that every rule allows; a test changes the one thing that it is about.
package nexus.lib.fixtures_test

import rego.v1

principal := {"kind": "user", "id": "alice", "tenant": "default", "roles": ["orders.clerk"]}

command := {
	"command": {
		"type": "orders.PlaceOrder",
		"data": {"orderId": "test-1", "customerId": "customer-1", "totalAmount": 9999, "lines": []},
	},
	"principal": principal,
	"stream": {"tenant": "default", "aggregate": "Order", "id": "test-1"},
	"effectiveAt": null,
	"now": "2026-03-31T12:00:00Z",
}

event := {
	"event": {
		"type": "orders.OrderPlaced",
		"owner": "orders",
		"classification": "internal",
		"propagation": "core",
		"personal": [],
	},
	"producer": "orders.PlaceOrder",
	"stream": {"tenant": "default", "aggregate": "Order", "id": "test-1"},
	"principal": principal,
	"point": "append",
}

command_as(changes) := object.union(command, {"principal": changes})

event_with(changes) := object.union(event, {"event": changes})
