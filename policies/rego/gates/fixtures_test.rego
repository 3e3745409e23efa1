# METADATA
# title: Fixtures
# description: Plans of as many resources as a test needs, and a waiver that holds.
package nexus.gates.fixtures_test

import rego.v1

plan(resources) := {"resource_changes": resources, "configuration": {"root_module": {}}}

resource(address, attributes) := {
	"address": address,
	"mode": "managed",
	"type": parts[count(parts) - 2],
	"name": parts[count(parts) - 1],
	"change": {"actions": ["create"], "before": null, "after": attributes, "after_unknown": {}},
} if {
	parts := split(regex.replace(address, `\[[^\]]*\]`, ""), ".")
}

waiver(rule, subject) := {
	"rule": rule,
	"subject": subject,
	"reason": "A reason that was given.",
	"approvedBy": "platform",
	"expires": "2200-12-31",
}
