# METADATA
# title: Readable documents
# description: >-
#   Every IAM document is known when a plan is made, and is one. What can't be read can't be
#   judged, and no other rule takes that up.
# custom:
#   severity: high
#   fix: Build the ARNs in the document from variables (account, region, names), and write it with jsonencode.
package nexus.terraform.readable_documents

import rego.v1

import data.nexus.gates.iam
import data.nexus.gates.plan

deny contains plan.finding(resource, fault) if {
	some resource in plan.subjects("terraform.readable_documents", iam.holders)
	some fault in iam.faults[resource.address]
}
