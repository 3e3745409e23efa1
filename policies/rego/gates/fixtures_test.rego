# METADATA
# title: Fixtures
# description: Plans of as many resources as a test needs, and a waiver that holds.
package nexus.gates.fixtures_test

import rego.v1

plan(resources) := {"resource_changes": resources, "configuration": {"provider_config": {}, "root_module": {}}}

resource(address, attributes) := {
	"address": address,
	"mode": "managed",
	"type": parts[count(parts) - 2],
	"name": parts[count(parts) - 1],
	"change": {"actions": ["create"], "before": null, "after": attributes, "after_unknown": {}},
} if {
	parts := split(regex.replace(address, `\[[^\]]*\]`, ""), ".")
}

# METADATA
# title: Configured
# description: The plan of these resources with what a configuration's root module holds.
configured(resources, root) := {"resource_changes": resources, "configuration": {"root_module": root}}

# METADATA
# title: Unknown
# description: The resource with what is known only after apply, as after_unknown has it.
unknown(whole, after_unknown) := object.union(whole, {"change": {"after_unknown": after_unknown}})

# METADATA
# title: Declaration
# description: An entry of a module's resources, with its expressions.
declaration(address, expressions) := {"address": address, "expressions": expressions}

# METADATA
# title: Gone
# description: A resource that the plan takes away by these actions.
gone(address, actions) := object.union(
	resource(address, {}),
	{"change": {"actions": actions, "before": {}, "after": null}},
)

waiver(rule, subject) := {
	"rule": rule,
	"subject": subject,
	"reason": "A reason that was given.",
	"approvedBy": "platform",
	"expires": "2200-12-31",
}
