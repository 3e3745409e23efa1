# METADATA
# title: Destruction
# description: >-
#   No plan destroys, replaces or forgets what holds data, unless that was approved: a waiver of
#   terraform.destruction for that address.
# custom:
#   severity: critical
#   fix: >-
#     Change the resource in place, or move it with a moved block. Where it has to go, save what it
#     holds and record who approved it as a waiver in gates/data.json.
package nexus.terraform.destruction

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.waivers

deny contains plan.finding(resource, "holds data, and the plan destroys, replaces or forgets it") if {
	some resource in plan.managed
	resource.type in data.terraform.data.stateful
	some action in resource.change.actions
	action in {"delete", "forget"}
	not waivers.waived("terraform.destruction", resource.address)
}
