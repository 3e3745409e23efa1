# METADATA
# title: Tags
# description: >-
#   Everything that can have tags says whose it is, what of, where, and how confidential: costs,
#   access and clean-up go by them.
# custom:
#   severity: low
#   fix: Give the provider default_tags with the required names (terraform/data.json), or the resource the tags that lack.
package nexus.terraform.tags

import rego.v1

import data.nexus.gates.plan

deny contains plan.finding(resource, sprintf("lacks tags: %s", [concat(", ", sort(missing))])) if {
	some resource in plan.subjects("terraform.tags", taggable)
	missing := {name | some name in data.terraform.tags.required} - names(resource)
	count(missing) > 0
}

taggable := {resource.type |
	some resource in plan.standing
	some attributes in {object.keys(resource.change.after), object.keys(object.get(resource.change, "after_unknown", {}))}
	some name in {"tags", "tags_all"}
	name in attributes
}

names(resource) := {name |
	some attribute in {"tags", "tags_all"}
	tags := resource.change.after[attribute]
	is_object(tags)
	some name, value in tags
	is_string(value)
	count(trim_space(value)) > 0
}
