package nexus.gates.owners_test

import rego.v1

import data.nexus.gates.fixtures_test as fixtures
import data.nexus.gates.iam_fixtures_test as given
import data.nexus.gates.owners

plan := fixtures.plan([
	fixtures.resource("aws_dynamodb_table.t", {"name": "totals", "tags_all": {"context": "orders"}}),
	fixtures.resource("aws_lambda_function.f", {"function_name": "nexus-project", "tags_all": {"context": "platform"}}),
	fixtures.resource("aws_lambda_function.g", {"function_name": "plain", "tags_all": null}),
])

owner_of_table(name) := owner if {
	owner := owners.of_table(given.arn("dynamodb", concat("/", ["table", name]))) with input as plan
		with data.terraform.decoupling.platform_tables as ["nexus-positions"]
		with data.terraform.decoupling.platform as "platform"
}

test_a_table_belongs_to_the_context_that_tag_list_or_name_tells if {
	every name, owner in {
		"totals": "orders",
		"totals/index/by-day": "orders",
		"nexus-positions": "platform",
		"dev-nexus-positions/stream/2026": "platform",
		"nexus-payments-charges": "payments",
		"dev-nexus-payments-*": "payments",
	} {
		owner_of_table(name) == owner
	}
}

test_any_other_table_is_nobody_s if {
	every name in ["*", "nexus-*", "*nexus-positions", "nexus-*-positions", "other", "nexus-orders"] {
		owner_of_table(name) == ""
	}
}

test_a_function_is_known_by_name_and_by_arn if {
	every name in ["nexus-project", given.arn("lambda", "function:nexus-project:live")] {
		owners.of_function(name) == "platform" with input as plan
	}
	owners.of_function(given.arn("lambda", "function:nexus-orders-ship")) == "orders" with input as plan
	owners.of_function("plain") == "" with input as plan
}

test_nobody_s_is_another_s if {
	owners.differ("", "")
	owners.differ("orders", "payments")
	not owners.differ("orders", "orders")
}
