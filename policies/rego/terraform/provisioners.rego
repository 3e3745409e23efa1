# METADATA
# title: Provisioners
# description: >-
#   No resource starts a program when it is made or destroyed: a plan does not say what that does,
#   and it has all the rights of whoever deploys.
# custom:
#   severity: critical
#   fix: Take the provisioner out, and say as a resource what it did; or record a waiver.
package nexus.terraform.provisioners

import rego.v1

import data.nexus.gates.plan
import data.nexus.gates.waivers

deny contains plan.finding({"address": address}, sprintf("starts a program, by %s", [provisioner.type])) if {
	some address, resource in plan.declared
	some provisioner in object.get(resource, "provisioners", [])
	not waivers.waived("terraform.provisioners", address)
}
