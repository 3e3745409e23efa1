# METADATA
# title: Cost
# description: >-
#   What costs without a bound, or whether it is used or not, is not planned by oversight: requests
#   on demand have a maximum, sizes keep to theirs, dear features stay switched off (what nobody
#   says is off), and some types of resource are refused. Whoever wants one records why: a waiver.
# custom:
#   severity: medium
#   fix: Set what is named within the bounds of data.json, or record a waiver that says why it pays.
package nexus.terraform.cost

import rego.v1

import data.nexus.gates.given
import data.nexus.gates.plan

deny contains plan.finding(resource, "costs whether it is used or not") if {
	some resource in plan.subjects("terraform.cost", settings.refused)
}

deny contains plan.finding(table, "has no maximum of reads and writes, for itself and each index") if {
	some table in plan.subjects("terraform.cost", {"aws_dynamodb_table"})
	not capped(table)
}

deny contains plan.finding(stream, "grows on demand without a maximum") if {
	some stream in plan.subjects("terraform.cost", {"aws_kinesis_stream"})
	object.get(stream.change.after, ["stream_mode_details", 0, "stream_mode"], "PROVISIONED") != "PROVISIONED"
}

deny contains plan.finding(resource, sprintf("has %s not between %d and %d", [attribute, bounds[0], bounds[1]])) if {
	some resource in plan.subjects("terraform.cost", object.keys(settings.sizes))
	some path, bounds in settings.sizes[resource.type]
	parts := split(path, "/")
	attribute := parts[count(parts) - 1]
	not fits(resource, parts, bounds)
}

deny contains plan.finding(domain, "has an instance_type that is not allowed") if {
	some domain in plan.subjects("terraform.cost", {"aws_opensearch_domain"})
	not allowed(domain)
}

deny contains plan.finding(resource, sprintf("has %s on", [feature])) if {
	some resource in plan.subjects("terraform.cost", object.keys(settings.features))
	some feature in settings.features[resource.type]
	on(resource, feature)
}

deny contains plan.finding(bucket, "asks KMS about every object, without a bucket key") if {
	some bucket in plan.subjects("terraform.cost", {"aws_s3_bucket_server_side_encryption_configuration"})
	some rule in bucket.change.after.rule
	not keyed(rule)
}

settings := data.terraform.cost

capped(table) if {
	table.change.after.billing_mode == "PROVISIONED"
	given.number(table.change.after, "read_capacity", settings.units)
	given.number(table.change.after, "write_capacity", settings.units)
}

capped(table) if {
	table.change.after.billing_mode == "PAY_PER_REQUEST"
	limited(table.change.after)
	every index in object.get(table.change.after, "global_secondary_index", []) {
		limited(index)
	}
}

limited(attributes) if {
	throughput := object.get(attributes, ["on_demand_throughput", 0], {})
	given.number(throughput, "max_read_request_units", settings.units)
	given.number(throughput, "max_write_request_units", settings.units)
}

# A block is a list of one.
fits(resource, parts, bounds) if {
	count(parts) == 1
	given.number(resource.change.after, parts[0], bounds)
}

fits(resource, parts, bounds) if {
	count(parts) == 2
	given.number(object.get(resource.change.after, [parts[0], 0], {}), parts[1], bounds)
}

allowed(domain) if {
	object.get(domain.change.after, ["cluster_config", 0, "instance_type"], "") in settings.instance_types
}

on(resource, feature) if {
	walk(resource.change.after, [path, value])
	path[count(path) - 1] == feature
	value == true
}

on(resource, feature) if {
	walk(resource.change.after_unknown, [path, value])
	path[count(path) - 1] == feature
	value == true
	walk(plan.declared[plan.place(resource.address)].expressions, [said, _])
	said[count(said) - 1] == feature
}

keyed(rule) if rule.bucket_key_enabled == true

keyed(rule) if object.get(rule, ["apply_server_side_encryption_by_default", 0, "sse_algorithm"], "") == "AES256"
